import { decimal, type Fraction, fractionOf, product } from './fraction.ts';

const seconds: Record<string, Fraction> = {
	ms: { num: 1n, den: 1000n },
	s: { num: 1n, den: 1n },
	m: { num: 60n, den: 1n },
	h: { num: 3600n, den: 1n },
};

/** The seconds of a duration such as `2s`, `500ms`, `1.5m` or `1h`; undefined for other texts. */
export function parseDuration(text: string): Fraction | undefined {
	const [, value, unit] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)$/.exec(text) ?? [];
	if (value === undefined || unit === undefined) return undefined;
	return product(decimal(value), seconds[unit] as Fraction);
}

/** Whether a text is a duration above 0. */
export function isDuration(text: string): boolean {
	return (parseDuration(text)?.num ?? 0n) > 0n;
}

/** The seconds of a time in a video: a number of them, or `1:02.5`, `1:00:02`, `62.5` or `62.5s`; undefined for others. */
export function parseTime(time: number | string): Fraction | undefined {
	if (typeof time === 'number') return time >= 0 && Number.isFinite(time) ? fractionOf(time) : undefined;
	const [, hours = '0', minutes = '0', rest] =
		/^(?:(?:(\d{1,6}):)?([0-5]?\d):)?([0-5]?\d(?:\.\d{1,9})?)$/.exec(time) ?? [];
	if (rest === undefined) {
		const [, plain] = /^(\d{1,9}(?:\.\d{1,9})?)s?$/.exec(time) ?? [];
		return plain === undefined ? undefined : decimal(plain);
	}
	const { num, den } = decimal(rest);
	return { num: num + (BigInt(hours) * 3600n + BigInt(minutes) * 60n) * den, den };
}
