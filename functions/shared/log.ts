import { AsyncLocalStorage } from 'node:async_hooks';
import { messageOf } from './errors.ts';

/** Fields of a log line besides its message; never tokens or request bodies. */
export type LogFields = Record<string, unknown>;
type Level = 'info' | 'warn' | 'error';

/** Writes one line. */
export type WriteLine = (level: Level, message: string, fields: LogFields) => void;

let writeLine: WriteLine = () => {};

/** Fields of all log lines of the current work: several records may be worked on at the same time. */
const known = new AsyncLocalStorage<LogFields>();

/** Sets the writer of log lines. Without one, as in the library and the command, none are written. */
export function writeLogTo(write: WriteLine): void {
	writeLine = write;
}

/** Does some work with these fields in all of its lines, beside those that are known already. */
export function withLogFields<Result>(fields: LogFields, work: () => Result): Result {
	return known.run({ ...known.getStore(), ...fields }, work);
}

/** Adds fields to the further lines of the current work. */
export function addLogFields(fields: LogFields): void {
	Object.assign(known.getStore() ?? {}, fields);
}

/** Removes the query of every URL in a text: it may be a signature, as in links to files. */
const withoutQueries = (text: string): string => text.replace(/(\bhttps?:\/\/[^\s"'<>?]*)\?[^\s"'<>)]*/gi, '$1?…');

const write = (level: Level, message: string, { error, ...fields }: LogFields): void => {
	const described = error === undefined ? {} : { error: messageOf(error), stack: (error as Error)?.stack };
	const all = Object.entries({ ...known.getStore(), ...fields, ...described });
	const clean = all.map(([name, value]) => [name, typeof value === 'string' ? withoutQueries(value) : value]);
	writeLine(level, withoutQueries(message), Object.fromEntries(clean));
};

export const log = {
	info: (message: string, fields: LogFields = {}) => write('info', message, fields),
	warn: (message: string, fields: LogFields = {}) => write('warn', message, fields),
	error: (message: string, fields: LogFields = {}) => write('error', message, fields),
};
