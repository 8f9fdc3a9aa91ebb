import { type Command, InvalidArgumentError } from 'commander';
import {
	type Chroma,
	chromas,
	type ImageFormat,
	imageFormats,
	imageLimits,
} from '#shared/video/picture/image-format.ts';
import { wholeNumber } from './options.ts';

/** Image options of the command line; absent if not given. */
export type ImageArguments = { format?: ImageFormat; quality?: number; chroma?: Chroma; optimiseCoding?: boolean };

/** Adds the image options to a command. */
export function addImageOptions(command: Command): Command {
	return command
		.option('--format <format>', 'png, jpg or webp; default: png', imageFormat)
		.option('--quality <n>', 'quality of jpg and webp, 1 to 100; default: 95', wholeNumber(1, 100))
		.option('--chroma <n>', 'chroma subsampling of jpg, 444 or 420; default: 444', chroma)
		.option('--optimise-coding', 'optimises jpg coding: slightly smaller files, three times slower');
}

/** The image settings of the given options; those that are not given are absent. */
export function imageSettings({ format, quality, chroma, optimiseCoding }: ImageArguments): ImageArguments {
	return {
		...(format === undefined ? {} : { format }),
		...(quality === undefined ? {} : { quality }),
		...(chroma === undefined ? {} : { chroma }),
		...(optimiseCoding ? { optimiseCoding } : {}),
	};
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
