import { type Command, InvalidArgumentError } from 'commander';
import type { Resize } from '#shared/size.ts';
import { UsageError } from './failure.ts';

/** Parses a whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
	return (text: string): number => {
		const value = Number(text);
		if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least && value <= most) return value;
		// The largest possible number is only mentioned to those who exceed it.
		const limit = most === Number.MAX_SAFE_INTEGER && !(value > most) ? '' : ` to ${most}`;
		throw new InvalidArgumentError(`It must be a whole number from ${least}${limit}.`);
	};
}

/** Parsers of options that can be repeated. */
const repeatables = new WeakSet<object>();

/** Parses an option that can be repeated, into a list of its values. */
export function repeatable<Value>(parse: (text: string) => Value): (text: string, before?: Value[]) => Value[] {
	const parseAll = (text: string, before: Value[] = []) => [...before, parse(text)];
	repeatables.add(parseAll);
	return parseAll;
}

/** Makes a command refuse a second value of an option that can't be repeated: one of the two would be lost. */
export function refuseRepeats(command: Command): void {
	for (const option of command.options) {
		const takesValue = option.required || option.optional;
		if (!takesValue || (option.parseArg && repeatables.has(option.parseArg))) continue;
		const given: (string | null)[] = [];
		command.on(`option:${option.name()}`, (value: string | null) => {
			given.push(value);
			if (given.length < 2) return;
			const values = given.map(each => each ?? 'no value');
			throw new UsageError(`${option.long} is given twice, as ${values.join(' and as ')}: give it once`);
		});
	}
}

/** Parses an amount of US dollars above 0. */
export function amount(text: string): number {
	const value = Number(text);
	if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
	throw new InvalidArgumentError('It must be an amount in US dollars, such as 250 or 0.5.');
}

/** Parses HxW in pixels, such as 224x224; one side alone, such as 720x or x1280, keeps the aspect ratio. */
export function heightByWidth(text: string): Resize {
	const found = /^(\d*)x(\d*)$/i.exec(text);
	const [height, width] = [found?.[1], found?.[2]].map(side => (side ? Number(side) : null)) as Resize;
	const isSide = (side: number | null) => side === null || (side >= 1 && side <= 16_384);
	if (found && (height ?? width) !== null && isSide(height) && isSide(width)) return [height, width];
	throw new InvalidArgumentError(
		'It must be HEIGHTxWIDTH in pixels, each from 1 to 16384, such as 224x320, or one of them: 224x, x320.',
	);
}

/** Parses a folder name; an empty one would be the current folder. */
export function folderName(text: string): string {
	if (text.trim() === '') throw new InvalidArgumentError('It is empty: name a folder.');
	return text;
}

/** @throws UsageError for an invalid HTTP address, or one with a password */
export function checkAddress(option: string, given: string, example: string): void {
	const url = URL.canParse(given) ? new URL(given) : undefined;
	// The part before an @ may contain a password.
	const shown = JSON.stringify(given.replace(/^.*@/s, '…@'));
	if (!url || !/^https?:$/.test(url.protocol))
		throw new UsageError(`${option} is ${shown}: it must be an address such as ${example}`);
	if (url.username || url.password)
		throw new UsageError(`${option} has a user name or password in it: it must be an address such as ${example}`);
}
