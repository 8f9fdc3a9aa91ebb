import * as z from 'zod';

/** A value as a message quotes it. */
export function said(value: unknown): string {
	if (typeof value === 'number') return String(value);
	return JSON.stringify(value) ?? 'missing';
}

/** An error message that names the value, and what it may be. */
export function mustBe(name: string, what: string) {
	return { error: ({ input }: { input?: unknown }) => `${name} is ${said(input)}: it must be ${what}` };
}

/** An object with no other keys; the message on another one has those that there are. */
export function strictObject<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
	const known = Object.keys(shape).join(', ');
	return z.strictObject(shape, {
		error: issue =>
			issue.code === 'unrecognized_keys'
				? `${(issue.keys as string[]).map(said).join(' and ')} is not known here: it must be one of ${known}`
				: undefined,
	});
}
