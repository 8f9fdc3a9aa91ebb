import { readFileSync, writeFileSync } from 'node:fs';
import { avi, picturesOf } from './avi.ts';
import { accessUnits, startCodeUnits } from './elementary.ts';
import { type FixtureContext, type FixtureGroup, h264, hevc, numbers as n } from './fixture.ts';
import { type Film, inMilliseconds, matroska } from './matroska-elements.ts';
import { editMp4, type Mp4Box, parseBoxes } from './mp4-boxes.ts';
import { inSampleEntry, replaceSamples, type Sample, sampleEntry, samplesOf } from './mp4-samples.ts';

const small = { width: 192, height: 108, frames: 60 };
/** Without B-frames, so that raw pictures have times. */
const inOrder = ['-bf', '0', '-g', '12'];
const mpeg4 = ['-c:v', 'mpeg4', '-q:v', '3', ...inOrder];
const mpeg2 = ['-c:v', 'mpeg2video', '-q:v', '3', ...inOrder, '-pix_fmt', 'yuv420p'];

/** What Matroska made of an AVI has for a description: its header of 40 bytes. */
const aviHeader = (fourCc: string): Buffer => {
	const bytes = Buffer.alloc(40);
	bytes.writeUInt32LE(40);
	bytes.writeInt32LE(small.width, 4);
	bytes.writeInt32LE(small.height, 8);
	bytes.writeUInt16LE(1, 12);
	bytes.writeUInt16LE(24, 14);
	bytes.write(fourCc, 16, 'latin1');
	return bytes;
};

/** Raw pictures, of which all but the first lose the units before their own start code. */
const setupOnlyFirst = (stream: Buffer, picture: number): Buffer[] =>
	accessUnits(stream, picture).map((unit, at) =>
		at === 0
			? unit
			: Buffer.concat(
					startCodeUnits(unit)
						.filter(({ code }) => isPart(code, picture))
						.map(({ bytes }) => bytes),
				),
	);

/** Whether a unit is the picture itself: its header, its slices, and the extension behind its header. */
const isPart = (code: number, picture: number): boolean =>
	code === picture || (picture === 0 && ((code >= 1 && code <= 0xaf) || code === 0xb5));

const asFilm = (codec: string, privateData: Buffer, pictures: Buffer[], keyEvery = 12): Film => ({
	...{ codec, privateData, width: small.width, height: small.height },
	samples: pictures.map((data, at) => ({ data, time: Math.round((at * 1000) / 30), isKey: at % keyEvery === 0 })),
});

const rawOf = async (k: FixtureContext, name: string, ...encoding: string[]): Promise<Buffer> => {
	await k.ffmpeg(...k.pictures(small), ...encoding, k.aside(name));
	return readFileSync(k.aside(name));
};

/** MPEG-4 as old encoders wrote it: the description of the stream before its first picture only. */
const onceDescribed = async (k: FixtureContext, encoding = mpeg4): Promise<Buffer[]> =>
	setupOnlyFirst(Buffer.concat(picturesOf(await rawOf(k, 'stream.avi', ...encoding))), 0xb6);

/** A copy of a fixture of this group in another container, with every packet. */
const copied =
	(from: string, ...output: string[]) =>
	async (k: FixtureContext): Promise<void> =>
		k.ffmpeg('-i', await k.fixture(from), '-c', 'copy', '-copyinkf', ...output, k.out);

/** Two encodings of H.264 that need other parameter sets, of the same size. */
const twoSettings = async (
	k: FixtureContext,
): Promise<{ boxes: Mp4Box[]; first: Sample[]; second: Sample[]; ownSets: Buffer[] }> => {
	const others = ['-profile:v', 'baseline', '-x264-params', 'cabac=0:ref=1:bframes=0:weightp=0'];
	await k.ffmpeg(...k.pictures({ ...small, frames: 60 }), ...h264, k.aside('first.mp4'));
	await k.ffmpeg(...k.pictures({ ...small, frames: 60 }), ...h264, ...others, k.aside('second.mp4'));
	const [a, b] = ['first.mp4', 'second.mp4'].map(name => readFileSync(k.aside(name))) as [Buffer, Buffer];
	const [boxes, ofSecond] = [parseBoxes(a), parseBoxes(b)];
	const first = samplesOf(a, boxes);
	const end = (first.at(-1)?.dts ?? 0) + 512;
	const second = samplesOf(b, ofSecond).map(sample => ({
		...sample,
		dts: sample.dts + end,
		pts: sample.pts + end + 1024,
	}));
	const record = inSampleEntry(sampleEntry(ofSecond), 'avcC');
	return { boxes, first, second, ownSets: setsOf(record) };
};

/** The parameter sets of an `avcC`, with lengths of four bytes. */
const setsOf = (record: Buffer): Buffer[] => {
	const sets: Buffer[] = [];
	let at = 6;
	for (const count of [(record[5] as number) & 31, 1]) {
		for (let left = count; left > 0; left--) {
			const size = record.readUInt16BE(at);
			sets.push(Buffer.concat([Buffer.from([0, 0, 0, size]), record.subarray(at + 2, at + 2 + size)]));
			at += 2 + size;
		}
		at++;
	}
	return sets;
};

/** The second encoding's sets in front of its first picture only, or of each of its keys. */
const withSets = (samples: Sample[], sets: Buffer[], where: 'first' | 'keys'): Sample[] =>
	samples.map((sample, at) =>
		at === 0 || (where === 'keys' && sample.isKey)
			? { ...sample, data: Buffer.concat([...sets, sample.data]) }
			: sample,
	);

const changing = (where: 'first' | 'keys') => async (k: FixtureContext) => {
	const { boxes, first, second, ownSets } = await twoSettings(k);
	return { boxes, samples: [...first, ...withSets(second, ownSets, where)] };
};

/** What a decoder learns before the place where a run begins. */
export const decoderSetup: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'vol-only-at-start.mkv',
			about: 'MPEG-4 from AVI whose description stands before the first picture only',
			shows: n(0, 60),
			make: async k =>
				writeFileSync(k.out, matroska(asFilm('V_MS/VFW/FOURCC', aviHeader('DX50'), await onceDescribed(k)))),
		},
		{
			name: 'user-data-only-at-start.mkv',
			about: 'the name of the encoder, by which decoders choose their arithmetic, stands before the first picture only',
			shows: n(0, 60),
			make: async k => {
				const [first, ...rest] = (await onceDescribed(k)) as [Buffer, ...Buffer[]];
				const units = startCodeUnits(first).map(({ code, bytes }) =>
					code === 0xb2 ? Buffer.from('\0\0\x01\xb2XviD0050', 'latin1') : bytes,
				);
				const pictures = [Buffer.concat(units), ...rest];
				writeFileSync(k.out, matroska(asFilm('V_MS/VFW/FOURCC', aviHeader('FMP4'), pictures)));
			},
		},
		{
			name: 'vol-only-at-start.avi',
			about: 'the same in AVI',
			shows: n(0, 60),
			make: async k => {
				const pictures = (await onceDescribed(k)).map((data, at) => ({ data, isKey: at % 12 === 0 }));
				writeFileSync(k.out, avi('DX50', small.width, small.height, pictures));
			},
		},
		{
			name: 'sequence-header-once.mkv',
			about: 'MPEG-2 whose sequence header stands before the first picture only',
			shows: n(0, 60),
			make: async k => {
				const pictures = setupOnlyFirst(await rawOf(k, 'stream.m2v', ...mpeg2), 0x00);
				writeFileSync(k.out, matroska(asFilm('V_MPEG2', Buffer.alloc(0), pictures)));
			},
		},
		{
			name: 'sequence-header-once.ts',
			about: 'the same in a transport stream',
			shows: n(0, 60),
			make: copied('sequence-header-once.mkv'),
		},
		{
			name: 'sequence-header-once.mpg',
			about: 'the same in a program stream',
			shows: n(0, 60),
			make: copied('sequence-header-once.mkv', '-f', 'vob'),
		},
		{
			name: 'parameters-change-at-keys.mp4',
			about: 'H.264 with other parameter sets from the middle on, before each key',
			shows: [...n(0, 60), ...n(0, 60)],
			make: async k => {
				const { boxes, samples } = await changing('keys')(k);
				editMp4(k.aside('first.mp4'), k.out, () => {
					replaceSamples(boxes, samples);
					return boxes;
				});
			},
		},
		...(['mkv', 'ts'] as const).map(ending => ({
			name: `parameters-change-at-keys.${ending}`,
			about: `the same in ${ending}`,
			shows: [...n(0, 60), ...n(0, 60)],
			make: copied('parameters-change-at-keys.mp4'),
		})),
		{
			name: 'parameters-change-once.mp4',
			about: 'H.264 with other parameter sets in the middle, which stand there once',
			shows: [...n(0, 60), ...n(0, 60)],
			make: async k => {
				const { boxes, samples } = await changing('first')(k);
				editMp4(k.aside('first.mp4'), k.out, () => {
					replaceSamples(boxes, samples);
					return boxes;
				});
			},
		},
		{
			name: 'parameters-change-once.mkv',
			about: 'the same in Matroska',
			shows: [...n(0, 60), ...n(0, 60)],
			make: async k => {
				const { boxes, samples } = await changing('first')(k);
				const privateData = inSampleEntry(sampleEntry(boxes), 'avcC');
				const film = { codec: 'V_MPEG4/ISO/AVC', privateData, width: small.width, height: small.height };
				writeFileSync(k.out, matroska({ ...film, samples: inMilliseconds(samples, 15_360) }));
			},
		},
		{
			name: 'parameters-once-in-front.ts',
			about: 'H.264 in a transport stream with parameter sets before the first picture only',
			shows: n(0, 60),
			make: async k => {
				const stream = await rawOf(k, 'stream.h264', ...h264, '-bf', '0');
				writeFileSync(
					k.aside('once.h264'),
					setsOnlyFirst(stream, code => code & 31, [7, 8], 6),
				);
				await k.ffmpeg('-r', '30', '-fflags', '+genpts', '-i', k.aside('once.h264'), '-c', 'copy', k.out);
			},
		},
		{
			name: 'parameters-once-in-front.avi',
			about: 'the same in AVI',
			shows: n(0, 60),
			make: async k => {
				const stream = await rawOf(k, 'stream.h264', ...h264, '-bf', '0');
				writeFileSync(
					k.aside('once.h264'),
					setsOnlyFirst(stream, code => code & 31, [7, 8], 6),
				);
				await k.ffmpeg('-r', '30', '-fflags', '+genpts', '-i', k.aside('once.h264'), '-c', 'copy', k.out);
			},
		},
		{
			name: 'parameters-once-in-front-hevc.ts',
			about: 'HEVC in a transport stream with parameter sets before the first picture only',
			shows: n(0, 60),
			make: async k => {
				const stream = await rawOf(k, 'stream.hevc', ...hevc(':bframes=0'));
				writeFileSync(
					k.aside('once.hevc'),
					setsOnlyFirst(stream, code => (code >> 1) & 63, [32, 33, 34], 22),
				);
				await k.ffmpeg('-r', '30', '-fflags', '+genpts', '-i', k.aside('once.hevc'), '-c', 'copy', k.out);
			},
		},
	],
};

/**
 * A raw stream whose parameter sets stand before the first picture only.
 * @param sets types of units that are sets
 * @param below types of units of pictures are lower
 */
const setsOnlyFirst = (stream: Buffer, typeOf: (code: number) => number, sets: number[], below: number): Buffer => {
	let hasPicture = false;
	const kept = startCodeUnits(stream).filter(({ code }) => {
		hasPicture ||= typeOf(code) < below;
		return !hasPicture || !sets.includes(typeOf(code));
	});
	return Buffer.concat(kept.map(({ bytes }) => bytes));
};
