import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { PermanentError } from '../../errors.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * Opens a local file.
 * @throws PermanentError `not-found`, `refused` without permission, `unsupported` for a folder, pipe or device
 */
export async function openFile(path: string): Promise<ByteSource & { close(): Promise<void> }> {
	const found = await stat(path).catch(explain(path));
	if (!found.isFile())
		throw new PermanentError(
			'unsupported',
			`${path} is ${found.isDirectory() ? 'a folder' : 'a device or pipe'}: name a file`,
		);
	const file = await open(path, 'r').catch(explain(path));
	const { size } = found;
	return {
		size,
		read: async (offset, length) => {
			const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
			const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
			return buffer.subarray(0, bytesRead);
		},
		stream: (offset, length, signal) =>
			length === 0
				? (async function* () {})()
				: createReadStream(path, { start: offset, end: offset + length - 1, ...(signal ? { signal } : {}) }),
		close: () => file.close(),
	};
}

/** Throws the reason why a file can't be opened. */
const explain =
	(path: string) =>
	(error: NodeJS.ErrnoException): never => {
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
			throw new PermanentError('not-found', `There is no file ${path}`);
		if (error.code === 'EACCES' || error.code === 'EPERM')
			throw new PermanentError('refused', `${path} can't be read: permission denied`);
		throw error;
	};
