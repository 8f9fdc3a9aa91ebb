// Blocks that aren't compressed (RFC 1951, 3.2.4): what bounds the size of the stream, whatever its content.
import { align, put, putBytes } from './bits';

const most: usize = 65535;

/** Largest number of bytes that `putStored` adds. */
export function storedBytes(bytes: usize): usize {
	return bytes + 5 * ((bytes + most - 1) / most) + 1;
}

export function putStored(from: usize, bytes: usize, isLast: u32): void {
	while (bytes > 0) {
		const part = min(bytes, most);
		put(isLast && part === bytes ? 1 : 0, 3);
		align();
		put(part | ((part ^ 0xffff) << 16), 32);
		putBytes(from, part);
		from += part;
		bytes -= part;
	}
}
