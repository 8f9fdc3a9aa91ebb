import { inflateSync } from 'node:zlib';
import { PermanentError } from '../../errors.ts';
import { findBox } from './boxes.ts';

/** Largest size of an inflated movie box, in bytes. */
const largest = 256 * 1024 * 1024;

/**
 * The content of a movie box, inflated where QuickTime compressed it (QuickTime File Format, compressed movie resources:
 * `cmov` with `dcom` zlib and `cmvd`, whose first 4 bytes are the size).
 * @throws PermanentError `unsupported` for another compression, `corrupt` for data that don't inflate
 */
export function uncompressed(moov: Buffer): Buffer {
	const whole = { start: 0, end: moov.length };
	const cmov = findBox(moov, whole, 'cmov');
	if (!cmov) return moov;
	const dcom = findBox(moov, cmov, 'dcom');
	const cmvd = findBox(moov, cmov, 'cmvd');
	if (!dcom || !cmvd || moov.toString('latin1', dcom.start, dcom.start + 4) !== 'zlib')
		throw new PermanentError('unsupported', 'The movie box uses an unknown compression');
	try {
		const inner = inflateSync(moov.subarray(cmvd.start + 4, cmvd.end), { maxOutputLength: largest });
		const box = findBox(inner, { start: 0, end: inner.length }, 'moov');
		if (box) return inner.subarray(box.start, box.end);
	} catch (error) {
		if (error instanceof PermanentError) throw error;
	}
	throw new PermanentError('corrupt', 'The compressed movie box cannot be inflated');
}
