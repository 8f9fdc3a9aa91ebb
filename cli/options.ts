import { InvalidArgumentError } from 'commander';

/** A whole number from `least` to `most`, for an option. */
export const wholeNumber =
	(least: number, most = Number.MAX_SAFE_INTEGER) =>
	(text: string): number => {
		const value = Number(text);
		if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least && value <= most) return value;
		const limit = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
		throw new InvalidArgumentError(`It must be a whole number from ${least}${limit}.`);
	};

/** Adds a whole number to those given before. */
export const wholeNumbers =
	(least: number) =>
	(text: string, before: number[] = []): number[] => [...before, wholeNumber(least)(text)];

/** HxW in pixels, such as 224x224. */
export const heightByWidth = (text: string): [height: number, width: number] => {
	const found = /^(\d+)x(\d+)$/i.exec(text);
	const [height, width] = [Number(found?.[1]), Number(found?.[2])];
	if (found && height >= 1 && width >= 1 && height <= 16_384 && width <= 16_384) return [height, width];
	throw new InvalidArgumentError('It must be HEIGHTxWIDTH in pixels, each from 1 to 16384, such as 224x320.');
};
