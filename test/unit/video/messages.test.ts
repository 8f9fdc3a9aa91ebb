import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { listPictures } from '#shared/video/extract/ffmpeg.ts';
import { readMessages, type ShownPicture } from '#shared/video/extract/messages.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';

const picture = (n: number, rest = 'AAAAAAAA BBBBBBBB CCCCCCCC] mean:[1 2 3 \b] stdev:[1.0 2.0 3.0 \b]') =>
	`[showinfo@name @ 0x1] [info] n:   ${n} pts:   ${n} pts_time:0 pos: 564 fmt:yuv420p sar:0/1 s:320x180 i:P iskey:${Number(n === 0)} type:P checksum:AAAAAAAA plane_checksum:[${rest}`;
const behindTheFile = "[info] Input #1, lavfi, from 'nullsrc@name=s=16x16':";
const config = '[showinfo@name @ 0x1] [info] config in time_base: 1/30, frame_rate: 30/1';

const read = async (lines: string[], options: { decodesAhead?: boolean } = {}) => {
	const stderr = Readable.from([Buffer.from(`${behindTheFile}\n${config}\n${lines.join('\n')}\n`)]);
	const messages = readMessages(stderr, { name: 'name', ...options });
	const found: ShownPicture[] = [];
	for (let shown = await messages.nextPicture(); shown; shown = await messages.nextPicture()) found.push(shown);
	return found;
};
const errorsOf = async (...lines: string[]) => (await read(lines)).map(({ decoderError }) => decoderError);

test('sound pictures have no decoder error', async () => {
	const details = [
		'[showinfo@name @ 0x1] [verbose] TB:0.000011 FRAME_RATE:30.000000 SAMPLE_RATE:nan',
		'[showinfo@name @ 0x1] [info] color_range:unknown color_space:unknown',
		'[showinfo@name @ 0x1] [info] alpha_mode:unspecified',
	];
	expect(await errorsOf(...details, picture(0), ...details, picture(1))).toEqual([undefined, undefined]);
	expect(await errorsOf(picture(0), picture(1), picture(2))).toEqual([undefined, undefined, undefined]);
});

test('an error is found in a line of its own and in the middle of a line about a picture', async () => {
	expect(await errorsOf(picture(0), '[mpeg4 @ 0x2] [error] Error at MB: 69', picture(1))).toEqual([
		undefined,
		'[mpeg4] Error at MB: 69',
	]);
	const broken = picture(0, 'AAAAAAAAError at MB: 69');
	const rest = '[showinfo@name @ 0x1] [info]  BBBBBBBB CCCCCCCC] mean:[1 2 3 \b] stdev:[1.0 2.0 3.0 \b]';
	expect(await errorsOf(broken, rest, picture(1))).toEqual([undefined, 'Error at MB: 69']);
	const second = '[showinfo@name @ 0x1] [info]  BBBBBBBBac-tex damaged at 6 3';
	expect(await errorsOf(picture(0, 'AAAAAAAA'), second, rest, picture(1))).toEqual([
		undefined,
		'ac-tex damaged at 6 3',
	]);
});

test('an error in the middle of a line about colours or the filter is found, too', async () => {
	const colours = 'color_range:tv color_space:bt709 color_primaries:bt709 color_trc:arib-std-b67';
	expect(await errorsOf(picture(0), `[showinfo@name @ 0x1] [info] ${colours}`, picture(1))).toEqual([
		undefined,
		undefined,
	]);
	const broken = colours.replace(' color_space', 'Error at MB: 69 color_space');
	expect((await errorsOf(picture(0), `[showinfo@name @ 0x1] [info] ${broken}`, picture(1)))[1]).toMatch(
		/Error at MB: 69/,
	);
	const filter = '[showinfo@name @ 0x1] [info] config in time_base: 1/30Error at MB: 70, frame_rate: 30/1';
	expect((await errorsOf(picture(0), filter, picture(1)))[1]).toMatch(/Error at MB: 70/);
	const warned = colours.replace(' color_trc', 'Late SEI color_trc');
	expect(await errorsOf(picture(0), `[showinfo@name @ 0x1] [info] ${warned}`, picture(1))).toEqual([
		undefined,
		undefined,
	]);
});

test('messages of sound streams are no errors there either', async () => {
	const broken = picture(0, 'AAAAAAAAmmco: unref short failure');
	expect(await errorsOf(broken, picture(1))).toEqual([undefined, undefined]);
	const detail = picture(0, 'AAAAAAAAnal_unit_type: 1(Coded slice of a non-IDR picture), nal_ref_idc: 2');
	expect(await errorsOf('[h264 @ 0x2] [debug] no', detail, picture(1))).toEqual([undefined, undefined]);
	const busy = 'Thread message queue blocking; consider raising the thread_queue_size option (current value: 8)';
	expect(await errorsOf(picture(0, `AAAAAAAA${busy}`), picture(1))).toEqual([undefined, undefined]);
});

test('a filled gap counts where packets were lost, and only there', async () => {
	const [lost, gap] = [
		'[mpegts @ 0x2] [debug] Continuity check failed for pid 256',
		'[h264 @ 0x3] [debug] Frame num gap 1 12',
	];
	expect(await errorsOf(picture(0), gap, picture(1))).toEqual([undefined, undefined]);
	expect(await errorsOf(picture(0), lost, picture(1))).toEqual([undefined, undefined]);
	expect((await errorsOf(picture(0), lost, gap, picture(1)))[1]).toMatch(/has lost packets/);
	expect(
		(await errorsOf(picture(0, `AAAAAAAA${lost.slice(21)}`), picture(1, 'AFrame num gap 1 12'), picture(2)))[2],
	).toMatch(/lost/);
});

test('where the decoder runs ahead, an error may be about any of the next pictures, keys or not', async () => {
	const lines = [picture(0), '[mjpeg @ 0x2] [error] error y=8 x=15', ...Array.from({ length: 40 }, () => picture(0))];
	const suspect = (shown: ShownPicture[]) =>
		shown.flatMap(({ decoderError }, at) => (decoderError === undefined ? [] : [at]));
	expect(suspect(await read(lines))).toEqual([1]);
	expect(suspect(await read(lines, { decodesAhead: true }))).toEqual(Array.from({ length: 15 }, (_, n) => n + 1));
});

test('a picture whose line is lost has its place all the same, without a time', async () => {
	const times = async (...lines: string[]) => (await read(lines)).map(({ pts }) => pts);
	expect(await times(picture(0), picture(3))).toEqual([0, Number.NaN, Number.NaN, 3]);
	expect(await times(picture(1))).toEqual([Number.NaN, 1]);
	expect(await times(picture(0), picture(1), config, picture(0), picture(1))).toEqual([0, 1, 0, 1]);
});

test('planes are 4:2:0 in limited range, by a known matrix, of one size and format', async () => {
	const colours = (range: string, matrix: string) =>
		`[showinfo@name @ 0x1] [info] color_range:${range} color_space:${matrix} color_primaries:unknown color_trc:unknown`;
	const planes = async (...lines: string[]) => (await read(lines)).map(shown => shown.planes);
	expect(await planes(picture(0), colours('unknown', 'unknown'))).toEqual(['yuv420p-bt601']);
	expect(await planes(picture(0), colours('tv', 'smpte170m'))).toEqual(['yuv420p-bt601']);
	expect(await planes(picture(0), colours('tv', 'bt709'))).toEqual(['yuv420p-bt709']);
	expect(await planes(picture(0), colours('pc', 'bt709'))).toEqual([undefined]);
	expect(await planes(picture(0), colours('tv', 'bt2020nc'))).toEqual([undefined]);
	expect(await planes(picture(0).replace('yuv420p', 'yuv422p'), colours('tv', 'bt709'))).toEqual([undefined]);
	expect(await planes(picture(0), '[h264 @ 0x2] [info] color_range:tv color_space:bt709 color_primaries:x')).toEqual([
		undefined,
	]);
	const known = colours('tv', 'bt709');
	expect(await planes(picture(0), known, picture(1), picture(2), known)).toEqual([
		...['yuv420p-bt709', undefined, 'yuv420p-bt709'],
	]);
	expect(await planes(picture(0), known, config, picture(1), known)).toEqual(['yuv420p-bt709', undefined]);
	// ffmpeg writes this line in pieces, and another thread's message may stand between any two.
	const prefix = '[showinfo@name @ 0x1] [info] ';
	const other = `Thread message queue blocking; consider raising the thread_queue_size option\n${prefix}`;
	for (const before of [' color_space', ' color_primaries', ' color_trc', 'color_range']) {
		const torn = (line: string) => line.replace(before, `${other}${before}`).split('\n');
		expect(await planes(picture(0), ...torn(known))).toEqual(['yuv420p-bt709']);
		expect(await planes(picture(0), ...torn(colours('pc', 'bt709')))).toEqual([undefined]);
		expect(await planes(picture(0), ...torn(colours('tv', 'bt2020nc')))).toEqual([undefined]);
	}
});

/**
 * Why no text of a file is taken for what ffmpeg says. A line counts in two cases only. It begins with the name of the
 * filter, which is 128 random bits of this run; a file was written before. Or it stands behind the line that names the
 * second input, by the same bits; ffmpeg prints that line after all text of the first input, which is the file.
 */
const forged = [
	'Parsed_showinfo n:   0 pts:      0 ',
	'[Parsed_showinfo_1 @ 0x1] [info] n:   0 pts:      0 pts_time:0 iskey:1',
	'[showinfo@other @ 0x1] [info] n:   0 pts:      0 pts_time:0 iskey:1',
	'    title           : [showinfo@other @ 0x1] [info] n:   0 pts:      0 iskey:1',
	'[showinfo@other @ 0x1] [info] config in time_base: 1/7, frame_rate: 7/1',
	'[error] handling',
	'[h264 @ 0x1] [error] error while decoding MB 1 2',
	'[fatal] Conversion failed!',
	'[h264 @ 0x1] [warning] concealing 12 DC, 12 AC, 12 MV errors in P frame',
	'[mpegts @ 0x1] [debug] Continuity check failed for pid 256',
	'[h264 @ 0x1] [debug] Frame num gap 1 12',
	'[info] Stream mapping:',
	'[info]   Stream #0:0 (forged) -> select',
	"[info] Input #1, lavfi, from 'nullsrc@other=s=16x16':",
	"Input #1, lavfi, from 'nullsrc@other=s=16x16':",
	'Picture size 16384x8192 exceeds specified max pixel count 35671748',
	'[error] Decoder (codec h264) not found for input stream #0:0',
];

const readLog = async (lines: string[]) => {
	const messages = readMessages(Readable.from([Buffer.from(`${lines.join('\n')}\n`)]), { name: 'name' });
	const pictures: unknown[] = [];
	for (let shown = await messages.nextPicture(); shown; shown = await messages.nextPicture()) pictures.push(shown);
	const { damaged, tooLarge, timeBase, restarts, decoder, noDecoder } = messages;
	return {
		pictures,
		...{ damaged: damaged(), tooLarge: tooLarge(), timeBase: timeBase(), noDecoder: noDecoder() },
		...{ restarts: restarts(), decoder: decoder() },
	};
};

const truth = [
	behindTheFile,
	'[info] Stream mapping:',
	'[info]   Stream #0:0 (h264) -> select',
	config,
	picture(0),
	picture(1),
];

test('whatever a file says of itself, in any order, changes nothing of what is read', async () => {
	const wanted = await readLog(truth);
	expect(wanted).toMatchObject({ damaged: false, timeBase: { num: 1, den: 30 }, restarts: 0, decoder: 'h264' });
	expect(await readLog([...forged, ...truth])).toEqual(wanted);
	expect(await readLog([...forged.toReversed(), ...forged, ...truth])).toEqual(wanted);
	for (const line of forged) expect(await readLog([line, ...truth]), line).toEqual(wanted);
});

test('what pictures bring along while they are decoded shows none, without the name of the run', async () => {
	const { pictures } = await readLog([...truth.slice(0, 4), ...forged.slice(0, 5), ...truth.slice(4)]);
	expect(pictures).toEqual((await readLog(truth)).pictures);
});

test('the names are other ones in each run', async () => {
	const seen = new Set<string>();
	const path = join(mkdtempSync(join(tmpdir(), 'framefan-names-')), 'ffmpeg');
	onTestFinished(() => rmSync(dirname(path), { recursive: true, force: true }));
	const log = join(dirname(path), 'log');
	writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\nexec '${installedFfmpeg()}' "$@"\n`);
	chmodSync(path, 0o755);
	for (let run = 0; run < 2; run++) {
		const gray = (async function* () {
			yield Buffer.from([7]);
		})();
		const options = ['-pixel_format', 'gray', '-video_size', '1x1'];
		const input = { demuxer: 'rawvideo', options, stream: 'V:0', bytes: gray };
		await listPictures({ ffmpegPath: path, signal: new AbortController().signal, input });
	}
	for (const [, name] of readFileSync(log, 'utf8').matchAll(/showinfo@([0-9a-f]{32})\b/g)) seen.add(name as string);
	expect(seen.size).toBe(2);
	for (const name of seen) expect(readFileSync(log, 'utf8')).toContain(`nullsrc@${name}=`);
});
