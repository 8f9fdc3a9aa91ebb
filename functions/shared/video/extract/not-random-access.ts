import { FramefanError } from '../../errors.ts';

/** The container marks a key picture that is none by its own bytes. */
export class NotRandomAccess extends FramefanError {
	override readonly name = 'NotRandomAccess';
}
