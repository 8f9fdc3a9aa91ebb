import { at } from '../../at.ts';

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Nesting depth of the array that is split: in an object, in an array. */
const insideFrames = 3;
const framesAhead = /(^|[^\\])"frames"\s*:\s*$/;

/**
 * Splits a streamed answer like `[{"size": …, "frames": […]}]`, so that only one frame has to be parsed at a time. Scans
 * quotes and brackets only; the JSON is validated by a parser later.
 * @param onFrame gets the JSON of each element of `frames`; the bytes are valid until it returns
 * @returns the JSON of the rest, with an empty `frames`
 * @throws Error when the answer ends early
 */
export async function splitFrames(chunks: AsyncIterable<Uint8Array>, onFrame: (json: Buffer) => void): Promise<string> {
	const rest: Buffer[] = [];
	let frame: Buffer[] = [];
	let [depth, inString, escaped, inFrames] = [0, false, false, false];

	for await (const chunk of chunks) {
		const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
		/** Start of the unprocessed bytes in this chunk: of a frame or of the rest; -1: between two frames. */
		let start = inFrames && frame.length === 0 ? -1 : 0;
		const endFrame = (end: number) => {
			if (start < 0 && frame.length === 0) return;
			const last = bytes.subarray(Math.max(start, 0), end);
			onFrame(frame.length > 0 ? Buffer.concat([...frame, last]) : last);
			[frame, start] = [[], -1];
		};
		for (let at = 0; at < bytes.length; at++) {
			const byte = bytes[at] as number;
			if (inString) {
				if (escaped) escaped = false;
				else if (byte === backslash) escaped = true;
				else if (byte === quote) inString = false;
				continue;
			}
			const between = inFrames && depth === insideFrames;
			if (between && (byte === comma || byte === closeBracket || isSpace(byte))) {
				endFrame(at);
				if (byte !== closeBracket) continue;
				[inFrames, start] = [false, at];
			} else if (between && start < 0) start = at;
			if (byte === quote) inString = true;
			else if (byte === openBrace || byte === openBracket) {
				depth++;
				if (byte === openBrace || inFrames || depth !== insideFrames) continue;
				rest.push(Buffer.from(bytes.subarray(start, at)));
				start = at;
				if (!framesAhead.test(tailOf(rest))) continue;
				rest.push(Buffer.from('['));
				[inFrames, start] = [true, -1];
			} else if (byte === closeBrace || byte === closeBracket) depth--;
		}
		// Copied: the source may reuse the chunk's buffer.
		if (start >= 0) (inFrames ? frame : rest).push(Buffer.from(bytes.subarray(start)));
	}
	if (depth !== 0 || inString) throw new Error('The annotation is incomplete');
	return Buffer.concat(rest).toString('utf8');
}

/** Characters searched for `"frames" : `; enough for some extra spaces. */
const tail = 64;
const tailOf = (parts: Buffer[]): string => {
	const last: Buffer[] = [];
	for (let i = parts.length - 1, length = 0; i >= 0 && length < tail; i--) {
		const part = at(parts, i);
		last.unshift(part);
		length += part.length;
	}
	return Buffer.concat(last).subarray(-tail).toString('latin1');
};
