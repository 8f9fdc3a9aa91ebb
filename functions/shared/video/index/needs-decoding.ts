import { FramefanError, PermanentError } from '../../errors.ts';
import type { Change } from '../source/byte-source.ts';

/** The headers are unknown or insufficient for an index: the file must be decoded to count its pictures. */
export class NeedsDecoding extends PermanentError {
	/** ffmpeg's specifier of the picture stream and the display matrix, if known from headers. */
	stream: string | undefined;
	matrix: Buffer | undefined;
	/** Bytes to replace, so that every ffmpeg reads the file to its end. */
	changes: Change[] | undefined;
}

/** The container marks a picture as a key picture, but its bytes show that it is not. */
export class NotRandomAccess extends FramefanError {
	override readonly name = 'NotRandomAccess';
}
