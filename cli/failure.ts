import { inspect } from 'node:util';
import { FramefanError, messageOf } from '#shared/errors.ts';
import { printLine } from './print-line.ts';
import { withoutSecrets } from './secrets.ts';

/** Whether stack traces are printed: `--debug` anywhere on the command line. */
const isDebug = process.argv.includes('--debug');

/** The message of an error for users, without stack trace, tokens and passwords. */
export function sentenceOf(error: unknown): string {
	const lines = messageOf(error).split('\n');
	const text = lines.filter(line => !/^\s+at /.test(line)).join('\n');
	return withoutSecrets(text);
}

/** Prints the stack trace of an error with `--debug`. */
export function printTrace(error: unknown): void {
	if (isDebug) console.error(withoutSecrets(inspect(error)));
}

/** Prints an error in one line; an unexpected one with a hint to `--debug`. */
export function printFailure(error: unknown): void {
	const hint = error instanceof FramefanError || isDebug ? '' : ' (--debug prints a stack trace)';
	printLine(process.stderr, 'error', `${sentenceOf(error)}${hint}`);
	printTrace(error);
}

/** An invalid command line; exit code 2. */
export class UsageError extends FramefanError {
	override readonly name = 'UsageError';
}
