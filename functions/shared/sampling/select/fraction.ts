/** An exact number: times are compared without rounding. `den` is above 0. */
export type Fraction = { num: bigint; den: bigint };

/** The value of a decimal text such as `0.5` or `30`. @param text digits, with an optional point and more digits */
export function decimal(text: string): Fraction {
	const [whole = '', part = ''] = text.split('.');
	return { num: BigInt(whole + part), den: 10n ** BigInt(part.length) };
}

/** The value of a number as it is written in decimals: 0.1 is a tenth. */
export function fractionOf(value: number): Fraction {
	const [, digits = '0', exponent = '0'] = /^([\d.]+)(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
	const { num, den } = decimal(digits);
	const power = 10n ** BigInt(exponent.replace(/^[+-]/, ''));
	return exponent.startsWith('-') ? { num, den: den * power } : { num: num * power, den };
}

/** One divided by a fraction. */
export function inverse({ num, den }: Fraction): Fraction {
	return { num: den, den: num };
}

export function product(a: Fraction, b: Fraction): Fraction {
	return { num: a.num * b.num, den: a.den * b.den };
}
