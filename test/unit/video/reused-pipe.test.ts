import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openReusedPipe, type ReusedPipe } from '#shared/video/extract/reused-pipe.ts';

/** A process that writes so many bytes, which differ everywhere. */
const writer = async (bytes: number) => {
	const pipe = (await openReusedPipe()) as ReusedPipe;
	const script = `const b = Buffer.alloc(${bytes}); for (let i = 0; i < b.length; i++) b[i] = Math.imul(i, 0x9e3779b1) >>> 24;
		require('fs').writeFileSync(1, b)`;
	const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', pipe.input, 'ignore'] });
	pipe.input.destroy();
	return { pipe, child };
};

const written = (bytes: number): Buffer => {
	const all = Buffer.alloc(bytes);
	for (let i = 0; i < bytes; i++) all[i] = Math.imul(i, 0x9e3779b1) >>> 24;
	return all;
};

test.skipIf(process.platform === 'win32').each([0, 1, 262_144, 5_000_001])(
	'%i bytes come through whole and in order, to a reader that takes its time',
	async bytes => {
		const { pipe } = await writer(bytes);
		const hash = createHash('sha256');
		let length = 0;
		let pieces = 0;
		for await (const piece of pipe.pieces) {
			if (pieces++ % 5 === 0) await new Promise(resolve => setTimeout(resolve, 3));
			hash.update(piece);
			length += piece.length;
		}
		expect(length).toBe(bytes);
		expect(hash.digest('hex')).toBe(createHash('sha256').update(written(bytes)).digest('hex'));
	},
);

test.skipIf(process.platform === 'win32')(
	'a reader that closes ends the writer, and nothing is left behind',
	async () => {
		const folder = mkdtempSync(join(tmpdir(), 'framefan-test-'));
		const { TMPDIR } = process.env;
		process.env.TMPDIR = folder;
		try {
			const { pipe, child } = await writer(20_000_000);
			for await (const piece of pipe.pieces) {
				expect(piece.length).toBeGreaterThan(0);
				break;
			}
			pipe.close();
			await once(child, 'exit');
			expect(readdirSync(folder)).toEqual([]);
		} finally {
			if (TMPDIR === undefined) delete process.env.TMPDIR;
			else process.env.TMPDIR = TMPDIR;
			rmSync(folder, { recursive: true });
		}
	},
);

test.skipIf(process.platform === 'win32')('a folder for temporary files with a long path is no hindrance', async () => {
	const parent = mkdtempSync(join(tmpdir(), 'framefan-test-'));
	const { TMPDIR } = process.env;
	process.env.TMPDIR = join(parent, 'long'.repeat(30));
	mkdirSync(process.env.TMPDIR);
	try {
		const { pipe } = await writer(1000);
		let length = 0;
		for await (const piece of pipe.pieces) length += piece.length;
		expect(length).toBe(1000);
	} finally {
		if (TMPDIR === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = TMPDIR;
		rmSync(parent, { recursive: true });
	}
});
