import { readFileSync, writeFileSync } from 'node:fs';
import { avi } from './avi.ts';
import { startCodeUnits } from './elementary.ts';
import { type FixtureContext, type FixtureGroup, h264, hevc, numbers as n } from './fixture.ts';
import { elementsOf, inMilliseconds, matroska } from './matroska-elements.ts';
import { editMp4, parseBoxes } from './mp4-boxes.ts';
import { inSampleEntry, replaceSamples, sampleEntry, samplesOf } from './mp4-samples.ts';

const small = { width: 192, height: 108, frames: 60 };
/** Pictures that are cut off in front: the file begins with a P picture. */
const lost = 5;
const inOrder = [...h264, '-bf', '0'];
const delimiterOfH264 = Buffer.from('0000000109f0', 'hex');
const delimiterOfHevc = Buffer.from('00000001460150', 'hex');

const rawOf = async (k: FixtureContext, name: string, ...encoding: string[]): Promise<Buffer> => {
	await k.ffmpeg(...k.pictures(small), ...encoding, k.aside(name));
	return readFileSync(k.aside(name));
};

/** An MP4 and its pictures without the first. */
const withoutFirst = async (k: FixtureContext, encoding: string[], count = lost) => {
	const bytes = await rawOf(k, 'whole.mp4', ...encoding);
	const boxes = parseBoxes(bytes);
	return { boxes, samples: samplesOf(bytes, boxes).slice(count) };
};

/** A raw stream of H.264 whose first pictures are not there, but its parameter sets are. */
const rawWithoutFirst = async (k: FixtureContext): Promise<Buffer> => {
	const units = startCodeUnits(await rawOf(k, 'whole.h264', ...inOrder));
	let pictures = 0;
	return Buffer.concat(
		units
			.filter(({ code }) => {
				const type = code & 31;
				if (type === 1 || type === 5) pictures++;
				return type === 7 || type === 8 || pictures > lost;
			})
			.map(({ bytes }) => Buffer.concat([Buffer.from([0]), bytes])),
	);
};

const noise = Buffer.from(Array.from({ length: 1000 }, (_, at) => (at * 37 + (at >> 3) * 11) & 0xff));

/** How files begin and end that were not written from their start to their end. */
export const beginnings: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'p-first.mp4',
			about: 'the first picture needs others that are not there',
			shows: n(24, 36),
			make: async k => {
				const { boxes, samples } = await withoutFirst(k, inOrder);
				editMp4(k.aside('whole.mp4'), k.out, () => {
					replaceSamples(boxes, samples);
					return boxes;
				});
			},
		},
		{
			name: 'p-first.mkv',
			about: 'the same in Matroska',
			shows: n(24, 36),
			make: async k => {
				const { boxes, samples } = await withoutFirst(k, inOrder);
				const privateData = inSampleEntry(sampleEntry(boxes), 'avcC');
				const film = { codec: 'V_MPEG4/ISO/AVC', privateData, width: small.width, height: small.height };
				writeFileSync(k.out, matroska({ ...film, samples: inMilliseconds(samples, 15_360) }));
			},
		},
		{
			name: 'p-first-with-b.mkv',
			about: 'the same with B-frames, some of which are shown before the first key',
			shows: n(24, 36),
			make: async k => {
				const { boxes, samples } = await withoutFirst(k, h264, 7);
				const privateData = inSampleEntry(sampleEntry(boxes), 'avcC');
				const film = { codec: 'V_MPEG4/ISO/AVC', privateData, width: small.width, height: small.height };
				writeFileSync(k.out, matroska({ ...film, samples: inMilliseconds(samples, 15_360) }));
			},
		},
		{
			name: 'p-first.h264',
			about: 'the same as a raw stream',
			shows: n(24, 36),
			make: async k => writeFileSync(k.out, await rawWithoutFirst(k)),
		},
		{
			name: 'p-first.avi',
			about: 'the same in AVI',
			shows: n(24, 36),
			make: async k => {
				const units = accessUnitsOfH264(await rawWithoutFirst(k));
				const pictures = units.map((data, at) => ({ data, isKey: at === 0 }));
				writeFileSync(k.out, avi('H264', small.width, small.height, pictures));
			},
		},
		{
			name: 'p-first.ts',
			about: 'the same in a transport stream',
			shows: n(24, 36),
			make: async k =>
				k.ffmpeg(
					...['-i', await k.fixture('p-first.mp4'), '-c', 'copy', '-copyinkf', '-avoid_negative_ts', '1'],
					k.out,
				),
		},
		...(['vp8', 'vp9'] as const).map(codec => ({
			name: `p-first-${codec}.webm`,
			about: `the same in WebM with ${codec.toUpperCase()}`,
			shows: n(24, 36),
			make: async (k: FixtureContext) => {
				const library = codec === 'vp8' ? ['libvpx'] : ['libvpx-vp9', '-cpu-used', '8'];
				const encoding = ['-c:v', ...library, '-deadline', 'realtime', '-b:v', '1M', '-g', '24', '-auto-alt-ref', '0'];
				const bytes = await rawOf(k, 'whole.webm', ...encoding);
				const blocks = [...elementsOf(bytes)].filter(({ id }) => id === 'a3');
				// Blocks that are not there any more.
				for (const { at, start, end } of blocks.slice(0, lost)) bytes.fill(0, start, end).writeUInt8(0xec, at);
				writeFileSync(k.out, bytes);
			},
		})),
		{
			name: 'zeros-in-front.h264',
			about: 'a raw stream behind zeros',
			shows: n(0, 60),
			make: async k => writeFileSync(k.out, Buffer.concat([Buffer.alloc(1000), await rawOf(k, 'a.h264', ...h264)])),
		},
		{
			name: 'zeros-in-front.hevc',
			about: 'the same with HEVC',
			shows: n(0, 60),
			make: async k => writeFileSync(k.out, Buffer.concat([Buffer.alloc(1000), await rawOf(k, 'a.hevc', ...hevc())])),
		},
		{
			name: 'delimiter-in-front.h264',
			about: 'a raw stream that begins with an access unit delimiter',
			shows: n(0, 60),
			make: k => k.ffmpeg(...k.pictures(small), ...h264, '-x264-params', 'aud=1', k.out),
		},
		{
			name: 'delimiter-in-front.hevc',
			about: 'the same with HEVC, whose delimiter looks like a unit of H.264',
			shows: n(0, 60),
			make: k => k.ffmpeg(...k.pictures(small), ...hevc(':aud=1'), k.out),
		},
		{
			name: 'delimiter-behind.h264',
			about: 'a raw stream that ends with a delimiter, and no picture behind it',
			shows: n(0, 60),
			timesAreGuesses: true,
			make: async k => writeFileSync(k.out, Buffer.concat([await rawOf(k, 'a.h264', ...h264), delimiterOfH264])),
		},
		{
			name: 'delimiter-behind.hevc',
			about: 'the same with HEVC',
			shows: n(0, 60),
			timesAreGuesses: true,
			make: async k => writeFileSync(k.out, Buffer.concat([await rawOf(k, 'a.hevc', ...hevc()), delimiterOfHevc])),
		},
		{
			name: 'within-a-packet.ts',
			about: 'a transport stream that begins in the middle of a packet',
			shows: n(0, 80),
			notes: /first \d+ bytes/,
			make: async k => writeFileSync(k.out, readFileSync(await k.fixture('h264.ts')).subarray(100)),
		},
		{
			name: 'junk-in-front.ts',
			about: 'a transport stream behind other bytes',
			shows: n(0, 80),
			notes: /first 1000 bytes/,
			make: async k => writeFileSync(k.out, Buffer.concat([noise, readFileSync(await k.fixture('h264.ts'))])),
		},
		{
			name: 'size-change-longer-second-part.ts',
			about: 'two recordings joined as bytes, the second longer and of another size: pictures are counted',
			shows: [...n(0, 30), ...n(0, 80)],
			notes: /change their size/,
			make: async k => {
				await k.ffmpeg(...k.pictures({ frames: 30 }), ...h264, k.aside('first.ts'));
				await k.ffmpeg(...k.pictures({ width: 256, height: 144, frames: 80 }), ...h264, k.aside('second.ts'));
				writeFileSync(k.out, Buffer.concat(['first.ts', 'second.ts'].map(name => readFileSync(k.aside(name)))));
			},
		},
		{
			name: 'size-change-longer-second-part.h264',
			about: 'the same as raw streams',
			shows: [...n(0, 30), ...n(0, 80)],
			notes: /change their size/,
			make: async k => {
				await k.ffmpeg(...k.pictures({ frames: 30 }), ...h264, k.aside('first.h264'));
				await k.ffmpeg(...k.pictures({ width: 256, height: 144, frames: 80 }), ...h264, k.aside('second.h264'));
				writeFileSync(k.out, Buffer.concat(['first.h264', 'second.h264'].map(name => readFileSync(k.aside(name)))));
			},
		},
	],
};

/** Pictures of a raw H.264 stream of one slice a picture, each with the units in front of it. */
const accessUnitsOfH264 = (stream: Buffer): Buffer[] => {
	const pictures: Buffer[][] = [[]];
	for (const { code, bytes } of startCodeUnits(stream)) {
		pictures.at(-1)?.push(bytes);
		if ((code & 31) === 1 || (code & 31) === 5) pictures.push([]);
	}
	return pictures.filter(units => units.length > 0).map(units => Buffer.concat(units));
};
