import * as z from 'zod';

/** Most characters of a value that a message quotes. */
const longestQuote = 200;

/** A value as a message quotes it. */
export function said(value: unknown): string {
	if (typeof value === 'number') return String(value);
	const text = JSON.stringify(value) ?? 'missing';
	return text.length > longestQuote ? `${text.slice(0, longestQuote - 1)}…` : text;
}

/** The message of an issue with `name` in place of the setting's own name, which it may begin with: `step is 0: …`. */
export function named(name: string, { path, message }: Pick<z.core.$ZodIssue, 'path' | 'message'>): string {
	const own = `${String(path.at(-1))} is `;
	return message.startsWith(own) ? `${name} is ${message.slice(own.length)}` : `${name}: ${message}`;
}

/** An error message that names the value, and what it may be. It begins with the name, the last part of the path. */
export function mustBe(name: string, what: string) {
	return { error: ({ input }: { input?: unknown }) => `${name} is ${said(input)}: it must be ${what}` };
}

/** A whole number. The error message names the largest possible one only if the value exceeds it. */
export function wholeNumber(name: string, least: number): z.ZodInt {
	const most = Number.MAX_SAFE_INTEGER;
	const message = {
		error: ({ input }: { input?: unknown }) =>
			mustBe(name, `a whole number from ${least}${Number(input) > most ? ` to ${most}` : ''}`).error({ input }),
	};
	return z.int(message).min(least, message);
}

/** True or false. */
export function flag(name: string): z.ZodBoolean {
	return z.boolean(mustBe(name, 'true or false'));
}

/** An error message for a list that is too long. */
export function atMost(name: string, most: number) {
	return {
		error: ({ input }: { input?: unknown }) =>
			`${name} is a list of ${(input as unknown[]).length}: it must have at most ${most}`,
	};
}

/** What a message calls a setting, by its path without positions in lists, such as `select.scenes`. */
export type NameOf = (path: string) => string;

/** As a settings file calls it: by the last part of its path. */
const asWritten: NameOf = path => path.slice(path.lastIndexOf('.') + 1);

/** Makes the message on settings that contradict each other. */
export type Telling = (name: NameOf) => string;

/** Adds an issue that names settings. The command line takes `tell` from its `params`, to name options instead. */
export function addIssue(context: z.RefinementCtx, path: (string | number)[], tell: Telling): void {
	context.addIssue({ code: 'custom', path, message: tell(asWritten), params: { tell } });
}

/** An object without other keys; its error messages list the known ones. */
export function strictObject<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
	const known = Object.keys(shape).join(', ');
	return z.strictObject(shape, {
		error: issue => {
			if (issue.code === 'unrecognized_keys')
				return `${(issue.keys as string[]).map(said).join(' and ')} is not known here: it must be one of ${known}`;
			return issue.code === 'invalid_type' ? `${said(issue.input)} is not an object with any of ${known}` : undefined;
		},
	});
}
