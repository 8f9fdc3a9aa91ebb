import { readFileSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { type FixtureContext, type FixtureGroup, h264, numbers as n } from './fixture.ts';
import { boxAt, editMp4, type Mp4Box, parseBoxes, words, writeBoxes } from './mp4-boxes.ts';
import { replaceSamples, sampleEntry, samplesOf } from './mp4-samples.ts';

const small = { width: 192, height: 108, frames: 60 };
const baseline = ['-profile:v', 'baseline', '-x264-params', 'cabac=0:ref=1:bframes=0:weightp=0'];

/** Two recordings in one track, each with a sample description of its own. */
const twoDescriptions = async (k: FixtureContext, second: string[]): Promise<void> => {
	await k.ffmpeg(...k.pictures(small), ...h264, k.aside('first.mp4'));
	await k.ffmpeg(...second, k.aside('second.mp4'));
	const [a, b] = ['first.mp4', 'second.mp4'].map(name => readFileSync(k.aside(name))) as [Buffer, Buffer];
	const [boxes, ofSecond] = [parseBoxes(a), parseBoxes(b)];
	const first = samplesOf(a, boxes);
	const end = (first.at(-1)?.dts ?? 0) + 512;
	const rest = samplesOf(b, ofSecond).map(sample => ({
		...sample,
		dts: sample.dts + end,
		// Pictures are shown two turns late in the first, whether the second reorders them or not.
		pts: sample.pts + end + 1024,
		description: 2,
	}));
	replaceSamples(boxes, [...first, ...rest], [sampleEntry(boxes), sampleEntry(ofSecond)]);
	writeFileSync(k.out, writeBoxes(boxes));
};

/** Two video tracks, the second of which is the film. */
const beforeTheFilm = async (k: FixtureContext, edit: (traks: [Mp4Box, Mp4Box]) => void): Promise<void> => {
	await k.ffmpeg(
		...['-f', 'lavfi', '-i', 'color=red:s=96x54:r=1:d=3', ...k.pictures({ frames: 80 }), '-map', '0:v', '-map', '1:v'],
		...[...h264, '-c:v:0', 'mjpeg', '-pix_fmt:v:0', 'yuvj420p', '-bf:v:0', '0', k.aside('two.mp4')],
	);
	editMp4(k.aside('two.mp4'), k.out, boxes => {
		const traks = (boxAt(boxes, 'moov').boxes ?? []).filter(({ type }) => type === 'trak') as [Mp4Box, Mp4Box];
		edit(traks);
	});
};

/** What MP4 and MOV may say of a recording beyond the plain. */
export const mp4Layouts: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'two-sample-descriptions.mp4',
			about: 'two recordings of other profiles in one track, a sample description for each',
			shows: [...n(0, 60), ...n(0, 60)],
			make: k => twoDescriptions(k, [...k.pictures(small), ...h264, ...baseline]),
		},
		{
			name: 'two-sample-descriptions-of-sizes.mp4',
			about: 'the same with another size in the second',
			shows: [...n(0, 60), ...n(0, 60)],
			make: k => twoDescriptions(k, [...k.pictures({ width: 256, height: 144, frames: 60 }), ...h264]),
		},
		{
			name: 'moov-before-each-fragment.mp4',
			about: 'fragments with the movie box in front of each, for who joins late',
			shows: n(0, 120),
			make: async k => {
				const boxes = parseBoxes(readFileSync(await k.fixture('frag-default-base.mp4')));
				const moov = boxAt(boxes, 'moov');
				writeFileSync(k.out, writeBoxes(boxes.flatMap(box => (box.type === 'moof' ? [moov, box] : [box]))));
			},
		},
		{
			name: 'second-recording-behind.mp4',
			about: 'another recording, with a movie box of its own, behind the first',
			shows: n(0, 120),
			notes: /holds another recording/,
			make: async k => {
				await k.ffmpeg(...k.pictures(small), ...h264, k.aside('second.mp4'));
				const files = [await k.fixture('b-pyramid.mp4'), k.aside('second.mp4')];
				writeFileSync(k.out, Buffer.concat(files.map(file => readFileSync(file))));
			},
		},
		{
			name: 'second-traf-without-base.mp4',
			about: 'fragments of two tracks, where data of the second begin behind those of the first and nothing says it',
			shows: n(0, 120),
			make: async k =>
				editMp4(await k.fixture('frag-no-offset.mp4'), k.out, boxes => {
					for (const moof of boxes.filter(({ type }) => type === 'moof')) withoutOffset(moof);
				}),
		},
		{
			name: 'thumbnails-first.mp4',
			about: 'a track with a picture for each chapter stands before the film',
			shows: n(0, 80),
			notes: /2 video tracks/,
			decode: { stream: '0:v:1' },
			make: k =>
				beforeTheFilm(k, ([, film]) => {
					const chap = writeBoxes([{ type: 'chap', body: words(1) }]);
					film.boxes?.splice(1, 0, { type: 'tref', body: chap });
				}),
		},
		{
			name: 'disabled-track-first.mp4',
			about: 'a track that is switched off stands before the film',
			shows: n(0, 80),
			notes: /2 video tracks/,
			decode: { stream: '0:v:1' },
			make: k =>
				beforeTheFilm(k, ([first, film]) => {
					boxAt([first], 'trak', 'tkhd').body.writeUInt8(2, 3);
					boxAt([film], 'trak', 'tkhd').body.writeUInt8(3, 3);
				}),
		},
		{
			name: 'compressed-movie-box.mov',
			about: 'the movie box is compressed, as QuickTime did it',
			shows: n(0, 80),
			make: async k => {
				await k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, k.aside('plain.mov'));
				editMp4(k.aside('plain.mov'), k.out, boxes => {
					const plain = writeBoxes([boxAt(boxes, 'moov')]);
					const dcom = { type: 'dcom', body: Buffer.from('zlib') };
					const cmvd = { type: 'cmvd', body: Buffer.concat([words(plain.length), deflateSync(plain)]) };
					const cmov = { type: 'cmov', body: writeBoxes([dcom, cmvd]) };
					return boxes.map(box => (box.type === 'moov' ? { type: 'moov', body: writeBoxes([cmov]) } : box));
				});
			},
		},
		{
			name: 'junk-behind.mp4',
			about: 'bytes behind the last box that are none',
			shows: n(0, 120),
			notes: /are not part of a known box/,
			make: async k =>
				writeFileSync(k.out, Buffer.concat([readFileSync(await k.fixture('b-pyramid.mp4')), Buffer.alloc(5000, 0xa7)])),
		},
	],
};

/** Takes the offsets from the run of the second track; sizes of boxes shrink, and the first track's offset with them. */
const withoutOffset = (moof: Mp4Box): void => {
	const trafs = (moof.boxes ?? []).filter(({ type }) => type === 'traf');
	const [first, second] = trafs.map(traf => traf.boxes?.find(({ type }) => type === 'trun')) as [Mp4Box, Mp4Box];
	if (!second) return;
	second.body = Buffer.from(second.body);
	second.body.writeUInt32BE(second.body.readUInt32BE(0) & ~1, 0);
	second.body = Buffer.concat([second.body.subarray(0, 8), second.body.subarray(12)]);
	first.body = Buffer.from(first.body);
	first.body.writeInt32BE(first.body.readInt32BE(8) - 4, 8);
};
