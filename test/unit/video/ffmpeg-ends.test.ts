import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SamplingFailure, TransientError } from '#shared/errors.ts';
import { ffmpegProgram } from '#shared/video/extract/ffmpeg-program.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { toRgb } from '#shared/video/picture/encode.ts';
import { readFrames } from '#shared/video/read-frames.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { fixturePath } from '#test/video-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-ends-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const real = installedFfmpeg();
const signal = new AbortController().signal;

/** A program that does what it is told instead of decoding, once it has passed its trial. */
const standIn = (name: string, ...instead: string[]): string => {
	const path = join(folder, name);
	const trial = `case "$*" in *nullsrc@trial*) exec '${real}' "$@";; esac`;
	writeFileSync(path, ['#!/bin/sh', trial, ...instead, ''].join('\n'));
	chmodSync(path, 0o755);
	return path;
};

const program = (name: string, text: string, mode = 0o755): string => {
	const path = join(folder, name);
	writeFileSync(path, text);
	chmodSync(path, mode);
	return path;
};

/** Reads all frames of a sound video with a program; what it gives until it throws, and what it throws. */
const readWith = async (ffmpegPath: string, name = 'b-pyramid.mp4') => {
	const source = await openFile(await fixturePath(name));
	const given: number[] = [];
	const pictures = new Map<number, string>();
	try {
		const index = await indexVideo(source, { ffmpegPath: real, signal });
		const all = [...index.shown.keys()];
		const reading = readFrames(source, index, all, { ffmpegPath, signal, framesPerChunk: all.length });
		for (;;) {
			const { value, done } = await reading.next();
			if (done) return { given, pictures, faults: value, thrown: undefined };
			given.push(value.index);
			pictures.set(
				value.index,
				createHash('sha256')
					.update((await toRgb(value)).data)
					.digest('hex'),
			);
		}
	} catch (thrown) {
		return { given, pictures, faults: [], thrown };
	} finally {
		await source.close();
	}
};

test.each(['KILL', 'TERM', 'SEGV', 'BUS'])(
	'killed by a signal of others (%s): to be tried again, and no fault',
	async name => {
		const { thrown, faults } = await readWith(standIn(`dies-of-${name}`, `kill -${name} $$`, 'sleep 5'));
		expect(thrown).toBeInstanceOf(TransientError);
		expect((thrown as Error).message).toMatch(`SIG${name}`);
		expect(faults).toEqual([]);
	},
);

test('killed behind its first pictures: those are given, the rest is to be tried again', async () => {
	const { thrown, given } = await readWith(standIn('dies-late', `'${real}' "$@" | head -c 2000000`, 'kill -KILL $$'));
	expect(thrown).toBeInstanceOf(TransientError);
	expect(given.length).toBeGreaterThan(2);
	expect(given.length).toBeLessThan(120);
});

test.each([1, 3, 127])('exit code %i without a reason: to be tried again', async code => {
	const { thrown } = await readWith(standIn(`exits-${code}`, `exit ${code}`));
	expect(thrown).toBeInstanceOf(TransientError);
	expect((thrown as Error).message).toMatch(`exit code ${code}`);
});

// Other threads' messages stand in the middle of such lines now and then, so their ends may be lost.
test.each([
	['the colours of every picture', '/color_range/d'],
	['the line of every seventh picture', '/showinfo@.* n: *[0-9]*[07] pts/d'],
])('a log without %s gives no other picture for a frame, and nobody waits for ever', async (_, script) => {
	const sound = await readWith(real);
	const lossy = standIn('loses-lines', `{ '${real}' "$@" 2>&1 1>&3 | sed -u '${script}' >&2; } 3>&1`);
	const { thrown, pictures, faults } = await readWith(lossy);
	expect(thrown).toBeUndefined();
	for (const { index } of faults) expect(pictures.has(index)).toBe(false);
	for (const [index, sha256] of pictures) expect(sha256).toBe(sound.pictures.get(index));
	expect(pictures.size + faults.length).toBe(120);
});

test('an exit code explained by an error about the input is a fault', async () => {
	const { thrown, faults, given } = await readWith(
		standIn(
			'complains',
			`name=$(echo "$*" | sed 's/.*nullsrc@\\([0-9a-f]*\\)=.*/\\1/')`,
			`echo "[info] Input #1, lavfi, from 'nullsrc@$name=s=16x16':" >&2`,
			`echo '[h264 @ 0x1] [error] the file is broken' >&2`,
			'exit 1',
		),
	);
	expect(thrown).toBeUndefined();
	expect(given).toEqual([]);
	expect(faults.length).toBe(120);
	expect(faults[0]).toMatchObject({ reason: 'corrupt', message: expect.stringContaining('the file is broken') });
});

test.each([
	['that is not there', join(folder, 'nobody'), /nobody can't be run \(ENOENT\)/],
	['that may not be run', program('no-rights', '#!/bin/sh\n', 0o644), /no-rights can't be run \(EACCES\)/],
	['that is a folder', folder, /can't be run \(EACCES\)/],
	[
		'that does not know an option',
		program('too-old', '#!/bin/sh\necho "Unrecognized option \'max_pixels\'." >&2\nexit 1\n'),
		/too-old can't be used: Unrecognized option 'max_pixels'/,
	],
	['that is no ffmpeg', '/bin/true', /\/bin\/true can't be used: it decodes no pictures/],
	['that gives other pixels', program('liar', '#!/bin/sh\nprintf "P6\\n1 1\\n255\\nabc"\n'), /liar can't be used/],
])('a program %s fails the sampling with one sentence that names it', async (_, path, message) => {
	const failure = await ffmpegProgram(path).catch(error => error);
	expect(failure).toBeInstanceOf(SamplingFailure);
	expect(failure.message).toMatch(message);
	expect(failure.message).toMatch(/Set FFMPEG_PATH to an ffmpeg of version 4\.1 or later$/);
	expect(failure.message).not.toMatch(/\n| at .*:\d+:\d+/);
	const { thrown } = await readWith(path);
	expect(thrown).toBeInstanceOf(SamplingFailure);
});

test('a trial that is killed is to be tried again, and is', async () => {
	const path = program(
		'killed-at-first',
		`#!/bin/sh\nif [ ! -e '${folder}/second' ]; then touch '${folder}/second'; kill -KILL $$; fi\nexec '${real}' "$@"\n`,
	);
	expect(await ffmpegProgram(path).catch(error => error)).toBeInstanceOf(TransientError);
	expect(await ffmpegProgram(path)).toMatchObject({ path });
});

test('nothing is left of a decoder whose reader leaves early', async () => {
	const pids = join(folder, 'pids');
	const path = standIn('tells-pid', `echo $$ >> '${pids}'`, `exec '${real}' "$@"`);
	const source = await openFile(await fixturePath('b-pyramid.mp4'));
	const index = await indexVideo(source, { ffmpegPath: real, signal });
	for await (const _ of readFrames(source, index, [...index.shown.keys()], {
		ffmpegPath: path,
		signal,
		framesPerChunk: 120,
	}))
		break;
	await source.close();
	const [pid] = readFileSync(pids, 'utf8').split('\n').map(Number);
	await expect
		.poll(() => {
			try {
				return process.kill(pid as number, 0);
			} catch {
				return false;
			}
		})
		.toBe(false);
});
