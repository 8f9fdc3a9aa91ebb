import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readMessages } from '#shared/video/extract/messages.ts';

const picture = (n: number, rest = 'AAAAAAAA BBBBBBBB CCCCCCCC] mean:[1 2 3 \b] stdev:[1.0 2.0 3.0 \b]') =>
	`[showinfo@name @ 0x1] [info] n:   ${n} pts:   ${n} pts_time:0 pos: 564 fmt:yuv420p sar:0/1 s:320x180 i:P iskey:${Number(n === 0)} type:P checksum:AAAAAAAA plane_checksum:[${rest}`;
const behindTheFile = "[info] Input #1, lavfi, from 'nullsrc@name=s=16x16':";
const config = '[showinfo@name @ 0x1] [info] config in time_base: 1/30, frame_rate: 30/1';

const doubts = async (...lines: string[]) => {
	const stderr = Readable.from([Buffer.from(`${behindTheFile}\n${config}\n${lines.join('\n')}\n`)]);
	const messages = readMessages(stderr, { name: 'name' });
	const found: (string | undefined)[] = [];
	for (let shown = await messages.nextPicture(); shown; shown = await messages.nextPicture()) found.push(shown.doubt);
	return found;
};

test('sound pictures are in no doubt', async () => {
	const details = [
		'[showinfo@name @ 0x1] [verbose] TB:0.000011 FRAME_RATE:30.000000 SAMPLE_RATE:nan',
		'[showinfo@name @ 0x1] [info] color_range:unknown color_space:unknown',
		'[showinfo@name @ 0x1] [info] alpha_mode:unspecified',
	];
	expect(await doubts(...details, picture(0), ...details, picture(1))).toEqual([undefined, undefined]);
	expect(await doubts(picture(0), picture(1), picture(2))).toEqual([undefined, undefined, undefined]);
});

test('a complaint is heard in a line of its own and in the middle of a line about a picture', async () => {
	expect(await doubts(picture(0), '[mpeg4 @ 0x2] [error] Error at MB: 69', picture(1))).toEqual([
		undefined,
		'[mpeg4] Error at MB: 69',
	]);
	const broken = picture(0, 'AAAAAAAAError at MB: 69');
	const rest = '[showinfo@name @ 0x1] [info]  BBBBBBBB CCCCCCCC] mean:[1 2 3 \b] stdev:[1.0 2.0 3.0 \b]';
	expect(await doubts(broken, rest, picture(1))).toEqual([undefined, 'Error at MB: 69']);
	const second = '[showinfo@name @ 0x1] [info]  BBBBBBBBac-tex damaged at 6 3';
	expect(await doubts(picture(0, 'AAAAAAAA'), second, rest, picture(1))).toEqual([undefined, 'ac-tex damaged at 6 3']);
});

test('what sound streams come with is no complaint there either', async () => {
	const broken = picture(0, 'AAAAAAAAmmco: unref short failure');
	expect(await doubts(broken, picture(1))).toEqual([undefined, undefined]);
	const detail = picture(0, 'AAAAAAAAnal_unit_type: 1(Coded slice of a non-IDR picture), nal_ref_idc: 2');
	expect(await doubts('[h264 @ 0x2] [debug] no', detail, picture(1))).toEqual([undefined, undefined]);
	const busy = 'Thread message queue blocking; consider raising the thread_queue_size option (current value: 8)';
	expect(await doubts(picture(0, `AAAAAAAA${busy}`), picture(1))).toEqual([undefined, undefined]);
});

test('a filled gap counts where packets were lost, and only there', async () => {
	const [lost, gap] = [
		'[mpegts @ 0x2] [debug] Continuity check failed for pid 256',
		'[h264 @ 0x3] [debug] Frame num gap 1 12',
	];
	expect(await doubts(picture(0), gap, picture(1))).toEqual([undefined, undefined]);
	expect(await doubts(picture(0), lost, picture(1))).toEqual([undefined, undefined]);
	expect((await doubts(picture(0), lost, gap, picture(1)))[1]).toMatch(/has lost packets/);
	expect(
		(await doubts(picture(0, `AAAAAAAA${lost.slice(21)}`), picture(1, 'AFrame num gap 1 12'), picture(2)))[2],
	).toMatch(/lost/);
});
