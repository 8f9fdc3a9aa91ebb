import { inspect } from 'node:util';
import { FramefanError, messageOf } from '#shared/errors.ts';
import { withoutSecrets } from './secrets.ts';

/** Whether it is told where an error comes from; asked for anywhere on the command line. */
const isDebug = process.argv.includes('--debug');

/** What went wrong, for a person to read: no trace, no token and no password. */
export const sentenceOf = (error: unknown): string => {
	const lines = messageOf(error).split('\n');
	const text = lines.filter(line => !/^\s+at /.test(line)).join('\n');
	return withoutSecrets(text);
};

/** Prints where an error comes from, for those who asked by `--debug`. */
export const printTrace = (error: unknown): void => {
	if (isDebug) console.error(withoutSecrets(inspect(error)));
};

/** Prints an error in a line. One that nobody foresaw comes with the way to its trace. */
export const printFailure = (error: unknown): void => {
	const hint = error instanceof FramefanError || isDebug ? '' : ' (--debug prints a stack trace)';
	console.error(`error: ${sentenceOf(error)}${hint}`);
	printTrace(error);
};
