import type * as z from 'zod';

/** Largest number of issues in a message, and of characters of a wrong value. */
const mostIssues = 3;
const shown = 80;

/** Error message for invalid JSON: path, value and expectation of the first few issues. */
export function explain(error: z.ZodError, value: unknown, name: string): string {
	const parts = error.issues.slice(0, mostIssues).map(({ path, message }) => {
		const found = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null)?.[key], value);
		return `${name}${pathText(path)} is ${preview(found)}: ${message}`;
	});
	const more = error.issues.length - parts.length;
	return parts.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

/** A value as JSON, cut to a length that fits a message. */
export function preview(value: unknown): string {
	const text = value === undefined ? 'missing' : JSON.stringify(value);
	return text.length > shown ? `${text.slice(0, shown)}…` : text;
}

const pathText = (path: PropertyKey[]): string =>
	path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
