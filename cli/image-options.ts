import { type Command, InvalidArgumentError } from 'commander';
import {
	type Chroma,
	chromas,
	type ImageFormat,
	type ImageOption,
	imageFormats,
	imageLimits,
	misplacedImageOption,
} from '#shared/video/picture/image-format.ts';
import { UsageError } from './failure.ts';
import { wholeNumber } from './options.ts';

/** Image options of the command line; absent if not given. */
export type ImageArguments = { format?: ImageFormat; quality?: number; chroma?: Chroma; optimiseCoding?: boolean };

const flags = {
	format: '--format',
	quality: '--quality',
	chroma: '--chroma',
	optimiseCoding: '--optimise-coding',
} as const satisfies Record<ImageOption, string>;

/** Adds the image options to a command. */
export function addImageOptions(command: Command): Command {
	return command
		.option(`${flags.format} <format>`, 'png, jpg or webp; default: png', imageFormat)
		.option(`${flags.quality} <n>`, 'quality of jpg and webp, 1 to 100; default: 95', wholeNumber(1, 100))
		.option(`${flags.chroma} <n>`, 'chroma subsampling of jpg, 444 or 420; default: 444', chroma)
		.option(flags.optimiseCoding, 'optimises jpg coding: slightly smaller files, three times slower');
}

/**
 * Picks the given image options.
 * @throws UsageError for one that the format doesn't have
 */
export function imageArguments({ format, quality, chroma, optimiseCoding }: ImageArguments): ImageArguments {
	const given = {
		...(format === undefined ? {} : { format }),
		...(quality === undefined ? {} : { quality }),
		...(chroma === undefined ? {} : { chroma }),
		...(optimiseCoding ? { optimiseCoding } : {}),
	};
	const wrong = misplacedImageOption({ format: 'png', ...given }, option => flags[option]);
	if (wrong) throw new UsageError(wrong.message);
	return given;
}

/** Parses png, jpg or webp. */
export function imageFormat(text: string): ImageFormat {
	const found = imageFormats.find(format => format === text);
	if (found) return found;
	const hint = text === 'jpeg' ? ' Use jpg for JPEG.' : '';
	throw new InvalidArgumentError(`${sentence(imageLimits.format)}${hint}`);
}

function chroma(text: string): Chroma {
	const found = chromas.find(each => String(each) === text);
	if (found) return found;
	throw new InvalidArgumentError(sentence(imageLimits.chroma));
}

function sentence(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
