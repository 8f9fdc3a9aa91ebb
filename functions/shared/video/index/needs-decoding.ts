import { PermanentError } from '../../errors.ts';

/** The headers are not understood, or ask for what a header index can't tell: the file's pictures have to be counted. */
export class NeedsDecoding extends PermanentError {
	/** ffmpeg's specifier of the picture stream, and how pictures are turned, where the headers tell. */
	stream: string | undefined;
	matrix: Buffer | undefined;
}
