import { InvalidArgumentError } from 'commander';
import type { Resize } from '#shared/video/picture/target-size.ts';
import { UsageError } from './usage-error.ts';

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

/** HxW in pixels, such as 224x224; one side alone, such as 720x or x1280, keeps the proportions. */
export const heightByWidth = (text: string): Resize => {
	const found = /^(\d*)x(\d*)$/i.exec(text);
	const [height, width] = [found?.[1], found?.[2]].map(side => (side ? Number(side) : null)) as Resize;
	const isSide = (side: number | null) => side === null || (side >= 1 && side <= 16_384);
	if (found && (height ?? width) !== null && isSide(height) && isSide(width)) return [height, width];
	throw new InvalidArgumentError(
		'It must be HEIGHTxWIDTH in pixels, each from 1 to 16384, such as 224x320, or one of them: 224x, x320.',
	);
};

/** @throws UsageError for what is no HTTP address */
export const checkAddress = (option: string, given: string, example: string): void => {
	if (URL.canParse(given) && /^https?:/.test(given)) return;
	throw new UsageError(`${option} is ${JSON.stringify(given)}: it must be an address such as ${example}`);
};
