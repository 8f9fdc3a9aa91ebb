import { readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { avi } from './avi.ts';
import type { FaultyGroup } from './damage.ts';
import { type Fixture, type FixtureContext, numbers as n } from './fixture.ts';
import { matroska } from './matroska-elements.ts';
import { editMp4, parseBoxes, writeBoxes } from './mp4-boxes.ts';
import { replaceSamples, samplesOf } from './mp4-samples.ts';

const small = { width: 192, height: 108, frames: 12 };
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-threads', '1'];
const frugal = ['-x264-params', 'ref=1:rc-lookahead=0:bframes=0:sliced-threads=0'];
const flat = (size: string) => ['-f', 'lavfi', '-i', `color=gray:s=${size}:r=30`, '-frames:v', '3'];

/** A picture of one colour that is as large as a number may say: 8 bits of grey, a few hundred kilobytes. */
const hugePng = (width: number, height: number): Buffer => {
	const chunk = (type: string, content: Buffer) => {
		const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
		const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
		length.writeUInt32BE(content.length);
		sum.writeUInt32BE(crc32(body));
		return Buffer.concat([length, body, sum]);
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 0, 0, 0, 0], 8);
	const pixels = deflateSync(Buffer.alloc((width + 1) * height), { level: 9 });
	const parts = [chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
	return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]);
};

/** A codec that ffmpeg decodes, but that is none of videos. */
const inMov = (name: string, about: string, ...encoding: string[]) => ({
	name,
	about,
	reasons: ['unsupported'],
	make: (k: FixtureContext) => k.ffmpeg(...k.pictures(small), ...encoding, k.out),
});

const noPictures = Array.from({ length: 12 }, (_, at) => ({
	data: Buffer.alloc(200, at + 1),
	time: at * 33,
	isKey: true,
}));

/** Files whose pictures are not decoded at all, and say so once. */
export const bounded: FaultyGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'huge-h264.mp4',
			about: 'H.264 of 16384 x 8192 pixels, of one colour',
			reasons: ['unsupported'],
			make: k => k.ffmpeg(...flat('16384x8192'), ...h264, ...frugal, k.out),
		},
		{
			name: 'huge-h264.h264',
			about: 'the same without a container',
			reasons: ['unsupported'],
			make: async k => k.ffmpeg('-i', await k.fixture('huge-h264.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'huge-h264.ts',
			about: 'the same in a transport stream',
			reasons: ['unsupported'],
			make: async k => k.ffmpeg('-i', await k.fixture('huge-h264.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'huge-png.mov',
			about: 'a PNG of 12000 x 12000 pixels in MOV',
			reasons: ['unsupported'],
			make: async k => {
				await k.ffmpeg(...k.pictures({ ...small, frames: 2 }), '-c:v', 'png', k.aside('small.mov'));
				const bytes = readFileSync(k.aside('small.mov'));
				const boxes = parseBoxes(bytes);
				const data = hugePng(12_000, 12_000);
				replaceSamples(
					boxes,
					samplesOf(bytes, boxes).map(sample => ({ ...sample, data })),
				);
				writeFileSync(k.out, writeBoxes(boxes));
			},
		},
		inMov('jpeg2000.mov', 'JPEG 2000 in MOV', '-c:v', 'jpeg2000', '-pix_fmt', 'yuv420p'),
		inMov('tiff.mov', 'TIFF in MOV', '-c:v', 'tiff'),
		inMov('targa.mov', 'Targa in MOV', '-c:v', 'targa'),
		inMov('snow.avi', 'Snow in AVI', '-c:v', 'snow', '-strict', '-2'),
		{
			name: 'exr.mov',
			about: 'OpenEXR in MOV',
			reasons: ['unsupported'],
			make: async k =>
				editMp4(await k.fixture('tiff.mov'), k.out, boxes => {
					const moov = boxes.find(({ type }) => type === 'moov');
					const whole = writeBoxes(boxes);
					whole.write('exr ', whole.indexOf('tiff', whole.indexOf('stsd')), 'latin1');
					return moov ? parseBoxes(whole) : boxes;
				}),
		},
		{
			name: 'unknown-codec.mkv',
			about: 'a codec that nobody knows, in Matroska',
			reasons: ['unsupported'],
			make: async k =>
				writeFileSync(
					k.out,
					matroska({ codec: 'V_NOBODY', privateData: Buffer.alloc(0), width: 192, height: 108, samples: noPictures }),
				),
		},
		{
			name: 'unknown-codec.avi',
			about: 'the same in AVI',
			reasons: ['unsupported'],
			make: async k => writeFileSync(k.out, avi('zzz9', 192, 108, noPictures)),
		},
	],
};

const large = { width: 480, height: 270, frames: 2 };
const to8k = ['-vf', 'scale=7680:4320:flags=neighbor'];

/** The largest pictures that have to work. */
export const largest: { file: string; fixtures: Fixture[] } = {
	file: import.meta.filename,
	fixtures: [
		{
			name: '8k-h264.mp4',
			about: 'H.264 of 7680 x 4320 pixels',
			shows: n(0, 2),
			make: k => k.ffmpeg(...k.pictures(large), ...to8k, ...h264, ...frugal, '-crf', '30', k.out),
		},
		{
			name: '8k-hevc.mp4',
			about: 'HEVC of 7680 x 4320 pixels',
			shows: n(0, 2),
			make: k =>
				k.ffmpeg(
					...[
						...k.pictures(large),
						...to8k,
						'-c:v',
						'libx265',
						'-preset',
						'ultrafast',
						'-crf',
						'30',
						'-pix_fmt',
						'yuv420p',
					],
					...[
						'-x265-params',
						'pools=1:frame-threads=1:rc-lookahead=1:bframes=0:log-level=error',
						'-tag:v',
						'hvc1',
						k.out,
					],
				),
		},
	],
};
