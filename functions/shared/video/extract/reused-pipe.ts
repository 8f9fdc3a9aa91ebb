import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** About as many bytes as a socket of the system holds at most. */
const pieceBytes = 256 * 1024;

/**
 * A pipe for a process's output that is read into the same memory again and again. Node's own pipes read into new memory
 * each time, 64 KiB of it, and with gigabytes of pixels a fifth of all time goes into freeing it.
 */
export type ReusedPipe = {
	/** The end for the process; close it here once the process has it. */
	input: Socket;
	/** Pieces as they come; each is valid until the next is asked for. */
	pieces: AsyncIterable<Buffer>;
	close(): void;
};

/** Longest path of the socket in bytes: on every system, the address of a Unix socket has room for a little more. */
const longestPath = 100;

/**
 * @returns undefined where it can't be opened, and on Windows, whose named pipes can't be passed to a process: use the
 * process's own output then
 */
export async function openReusedPipe(): Promise<ReusedPipe | undefined> {
	const folder = process.platform === 'win32' ? undefined : await makeFolder();
	if (folder === undefined) return undefined;
	const server = createServer({ pauseOnConnect: true });
	let output: ReturnType<typeof startReading> | undefined;
	try {
		server.listen(join(folder, 'pipe'));
		await once(server, 'listening');
		const accepted = once(server, 'connection');
		output = startReading(join(folder, 'pipe'));
		const [[input]] = (await Promise.all([accepted, output.connected])) as [[Socket], unknown];
		input.on('error', () => {});
		return { input, pieces: output.pieces, close: output.close };
	} catch {
		output?.close();
		return undefined;
	} finally {
		server.close();
		await rm(folder, { recursive: true, force: true });
	}
}

/** Creates a private folder with a short path. */
async function makeFolder(): Promise<string | undefined> {
	for (const parent of new Set([tmpdir(), '/tmp'])) {
		const prefix = join(parent, 'framefan-pipe-');
		if (Buffer.byteLength(prefix) + 'XXXXXX/pipe'.length > longestPath) continue;
		const folder = await mkdtemp(prefix).catch(() => undefined);
		if (folder !== undefined) return folder;
	}
	return undefined;
}

function startReading(path: string): Pick<ReusedPipe, 'pieces' | 'close'> & { connected: Promise<unknown> } {
	let piece: Buffer | undefined;
	let hasEnded = false;
	let wake = () => {};
	const memory = Buffer.allocUnsafeSlow(pieceBytes);
	const onread = {
		buffer: memory,
		callback: (length: number) => {
			piece = memory.subarray(0, length);
			wake();
			// Paused until the piece has been used.
			return false;
		},
	};
	const socket = connect({ path, onread });
	const end = () => {
		hasEnded = true;
		wake();
	};
	socket.on('end', end).on('close', end).on('error', end);
	const pieces = async function* () {
		for (;;) {
			if (!piece && !hasEnded) {
				await new Promise<void>(resolve => {
					wake = resolve;
				});
			}
			if (!piece) return;
			yield piece;
			piece = undefined;
			socket.resume();
		}
	};
	return { connected: once(socket, 'connect'), pieces: pieces(), close: () => socket.destroy() };
}
