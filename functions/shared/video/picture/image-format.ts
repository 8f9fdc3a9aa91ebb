/** Image formats, by file name extension. */
export const imageFormats = ['png', 'jpg', 'webp'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** Their common names. */
export const formatNames = { png: 'PNG', jpg: 'JPEG', webp: 'WebP' } as const satisfies Record<ImageFormat, string>;

/** Chroma subsampling: 420, or 444, which means no subsampling. */
export const chromas = [444, 420] as const;
export type Chroma = (typeof chromas)[number];

/**
 * Options of image files.
 * - `quality`: of jpg and webp, 1 to 100; default 95
 * - `chroma`: of jpg; default 444. WebP always has 420
 * - `optimiseCoding`: of jpg; files are a few percent smaller and take three times as long. Default off
 */
export type ImageOptions = {
	format: ImageFormat;
	quality?: number | null | undefined;
	chroma?: Chroma | null | undefined;
	optimiseCoding?: boolean | undefined;
};

export const defaultQuality = 95;
export const defaultChroma: Chroma = 444;

/** Largest side of a WebP file, in pixels. */
export const largestWebpSide = 16_383;

export type ImageOption = keyof ImageOptions;

/** Limits of each option, for messages. */
export const imageLimits = {
	format: 'it must be png, jpg or webp',
	quality: 'it must be a whole number from 1 to 100',
	chroma: 'it must be 444 or 420',
	optimiseCoding: 'it must be true or false',
} as const satisfies Record<ImageOption, string>;

/** An invalid option, and a message with its value, limit and remedy. */
export type WrongOption = { option: ImageOption; message: string };

/** Name of an option in the interface, such as `--quality`. */
type NameOf = (option: ImageOption) => string;
const itself: NameOf = option => option;

/** The first option that the format doesn't have. */
export function misplacedImageOption(options: ImageOptions, nameOf = itself): WrongOption | undefined {
	const { format, quality = null, chroma = null, optimiseCoding = false } = options;
	const misplaced = (option: ImageOption, why: string, others: string) => ({
		option,
		message: `${nameOf(option)} is ${options[option]} and ${nameOf('format')} is ${format}: ${why}, so leave it out or choose ${others}`,
	});
	if (quality !== null && format === 'png') return misplaced('quality', 'PNG is lossless', 'jpg or webp');
	if (chroma !== null && format === 'png') return misplaced('chroma', 'PNG keeps the colour of every pixel', 'jpg');
	if (chroma !== null && format === 'webp') return misplaced('chroma', 'WebP always has 420', 'jpg');
	if (optimiseCoding && format !== 'jpg') return misplaced('optimiseCoding', 'only JPEG is coded so', 'jpg');
	return undefined;
}

/** The first option that is out of its limits, or that the format doesn't have. */
export function wrongImageOption(options: ImageOptions, nameOf = itself): WrongOption | undefined {
	const { format, quality, chroma, optimiseCoding } = options;
	const isRight = {
		format: imageFormats.includes(format),
		quality:
			(quality ?? null) === null || (Number.isInteger(quality) && Number(quality) >= 1 && Number(quality) <= 100),
		chroma: (chroma ?? null) === null || chromas.includes(chroma as Chroma),
		optimiseCoding: optimiseCoding === undefined || typeof optimiseCoding === 'boolean',
	};
	const option = (Object.keys(isRight) as ImageOption[]).find(each => !isRight[each]);
	if (!option) return misplacedImageOption(options, nameOf);
	return { option, message: `${nameOf(option)} is ${JSON.stringify(options[option])}: ${imageLimits[option]}` };
}
