/** Formats of images, by the ending of their names. */
export const imageFormats = ['png', 'jpg', 'webp'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** What people call them. */
export const formatNames = { png: 'PNG', jpg: 'JPEG', webp: 'WebP' } as const satisfies Record<ImageFormat, string>;

/** The colour of each pixel (444), or one for every four pixels (420). */
export const chromas = [444, 420] as const;
export type Chroma = (typeof chromas)[number];

/**
 * How a picture becomes an image file.
 * - `quality`: of jpg and webp, 1 to 100; 95 unless told
 * - `chroma`: of jpg; 444 unless told. WebP always has 420
 * - `optimiseCoding`: of jpg; files are some percent smaller, and take three times as long. Off unless told
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

/** What the value of each option must be. */
export const imageLimits = {
	format: 'it must be png, jpg or webp',
	quality: 'it must be a whole number from 1 to 100',
	chroma: 'it must be 444 or 420',
	optimiseCoding: 'it must be true or false',
} as const satisfies Record<ImageOption, string>;

/** An option that can't be meant, and a sentence that has its value, the limit and the remedy. */
export type WrongOption = { option: ImageOption; message: string };

/** How an option is called where it is given, such as `--quality`. */
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

/** The first option that is beyond its limits, or that the format doesn't have. */
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
