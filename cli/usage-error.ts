import { FramefanError } from '#shared/errors.ts';

/** An invalid command line; exit code 2. */
export class UsageError extends FramefanError {
	override readonly name = 'UsageError';
}
