import { FramefanError } from '../../errors.ts';

/** The container says that decoding can begin here, and the picture's own bytes say that it can't. */
export class NotRandomAccess extends FramefanError {
	override readonly name = 'NotRandomAccess';
}
