import { PermanentError } from '../../errors.ts';
import type { Change } from '../source/byte-source.ts';

/** The headers are not understood, or ask for what a header index can't tell: the file's pictures have to be counted. */
export class NeedsDecoding extends PermanentError {
	/** ffmpeg's specifier of the picture stream, and how pictures are turned, where the headers tell. */
	stream: string | undefined;
	matrix: Buffer | undefined;
	/** Bytes that have to be read as others, so that every ffmpeg reads the file to its end. */
	changes: Change[] | undefined;
}
