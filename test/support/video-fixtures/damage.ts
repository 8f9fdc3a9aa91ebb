import { readFileSync, writeFileSync } from 'node:fs';
import type { Fixture, FixtureContext } from './fixture.ts';
import { editMp4, parseBoxes, tableBox, words, writeBoxes } from './mp4-boxes.ts';

/** A file that can't be read whole. */
export type FaultyVideo = Omit<Fixture, 'shows' | 'decode'> & {
	/** The good fixture that it was: frames that still come out are the same as there. */
	was?: string;
	/** Set where the format doesn't say how long the file should be, so that a missing end can't be seen. */
	mayEndEarly?: true;
	/** Set where decoders of other versions take damaged pictures for sound, which only a checksum could tell. */
	isUnnoticedByOthers?: true;
	/** Reasons that may be given. */
	reasons: string[];
};
export type FaultyGroup = { file: string; fixtures: FaultyVideo[] };

/** Writes another file's bytes after a change. */
const changed =
	(was: string, change: (bytes: Buffer) => Buffer | undefined) =>
	async (k: FixtureContext): Promise<void> => {
		const bytes = readFileSync(await k.fixture(was));
		writeFileSync(k.out, change(bytes) ?? bytes);
	};

/** Where the `from`-th to the `to`-th picture of an MP4 with one track and one chunk a picture run lies. */
const samples = (bytes: Buffer, from: number, to: number): [start: number, end: number] => {
	const boxes = parseBoxes(bytes);
	const sizes = tableBox(boxes, 'stsz').body;
	const offsets = tableBox(boxes, 'stco').body;
	if (offsets.readUInt32BE(4) !== 1) throw new Error('The pictures lie in several chunks');
	let start = offsets.readUInt32BE(8);
	for (let sample = 0; sample < from; sample++) start += sizes.readUInt32BE(12 + sample * 4);
	let end = start;
	for (let sample = from; sample < to; sample++) end += sizes.readUInt32BE(12 + sample * 4);
	return [start, end];
};

const middle = (bytes: Buffer): [number, number] => [Math.floor(bytes.length * 0.45), Math.floor(bytes.length * 0.55)];

/** Changes every n-th byte, as a bad disk or line does. */
const scratch = (bytes: Buffer, start: number, end: number): undefined => {
	for (let at = start; at < end; at += 97) bytes[at] = (bytes[at] as number) ^ 0x5a;
};

const places = [0.02, 0.1, 0.2, 0.3, 0.45, 0.55, 0.7, 0.8, 0.9, 0.98];

/** Videos that were cut off, one file a place. */
const cutOff: FaultyVideo[] = [
	'b-pyramid.mp4',
	'moov-first.mp4',
	'frag-keyframe.mp4',
	'small-clusters.mkv',
	'h264.ts',
	'mpeg4.avi',
].flatMap(was =>
	places.map(place => ({
		name: `cut-off-at-${String(Math.round(place * 100)).padStart(2, '0')}-${was}`,
		about: `${was}, cut off after ${Math.round(place * 100)} % of its bytes`,
		was,
		...(was.endsWith('.ts') ? { mayEndEarly: true as const } : {}),
		reasons: ['corrupt', 'missing', 'undecodable', 'unreadable'],
		make: changed(was, bytes => bytes.subarray(0, Math.floor(bytes.length * place))),
	})),
);

/** Files that were a video once: cut off, holes, scratches. */
export const damage: FaultyGroup = {
	file: import.meta.filename,
	fixtures: [
		...cutOff,
		{
			name: 'hole.mp4',
			about: 'the third group of pictures is zeros',
			was: 'b-pyramid.mp4',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('b-pyramid.mp4', bytes => void bytes.fill(0, ...samples(bytes, 48, 72))),
		},
		{
			name: 'hole.mkv',
			about: 'zeros in the middle of Matroska',
			was: 'small-clusters.mkv',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('small-clusters.mkv', bytes => void bytes.fill(0, ...middle(bytes))),
		},
		{
			name: 'hole.ts',
			about: 'zeros in the middle of a transport stream',
			was: 'h264.ts',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('h264.ts', bytes => void bytes.fill(0, ...middle(bytes))),
		},
		...['h264.ts', 'hevc.ts', 'mpeg2.ts'].map(was => ({
			name: `lost-packets-${was}`,
			about: 'a tenth of the packets of a transport stream is not there',
			was,
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed(was, bytes => {
				const [from, to] = middle(bytes).map(at => at - (at % 188)) as [number, number];
				return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
			}),
		})),
		{
			name: 'scratches.mp4',
			about: 'changed bytes in the third group of pictures',
			was: 'b-pyramid.mp4',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('b-pyramid.mp4', bytes => scratch(bytes, ...samples(bytes, 50, 70))),
		},
		{
			name: 'scratched-key-frame.mp4',
			about: 'changed bytes in one key frame',
			was: 'b-pyramid.mp4',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('b-pyramid.mp4', bytes => {
				const [start, end] = samples(bytes, 48, 49);
				return scratch(bytes, start + 40, end);
			}),
		},
		{
			name: 'scratches-hevc.mp4',
			about: 'changed bytes in HEVC',
			was: 'hevc.mp4',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('hevc.mp4', bytes => scratch(bytes, ...samples(bytes, 50, 60))),
		},
		{
			name: 'scratches.webm',
			about: 'changed bytes in VP9',
			was: 'vp9.webm',
			isUnnoticedByOthers: true,
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('vp9.webm', bytes => scratch(bytes, ...middle(bytes))),
		},
		{
			name: 'missing-picture.mp4',
			about: 'the bytes of one picture are zeros',
			was: 'b-pyramid.mp4',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('b-pyramid.mp4', bytes => void bytes.fill(0, ...samples(bytes, 60, 61))),
		},
		{
			name: 'no-moov.mp4',
			about: 'media data alone',
			reasons: ['corrupt', 'unsupported', 'unreadable'],
			make: changed('b-pyramid.mp4', bytes => writeBoxes(parseBoxes(bytes).filter(({ type }) => type !== 'moov'))),
		},
		{
			name: 'fragment-alone.mp4',
			about: 'a fragment without its init segment',
			reasons: ['corrupt', 'unsupported', 'unreadable'],
			make: changed('frag-keyframe.mp4', bytes =>
				writeBoxes(parseBoxes(bytes).filter(({ type }) => type === 'moof' || type === 'mdat')),
			),
		},
		...[0.4, 0.9].map(place => ({
			name: `cut-off-at-${place * 100}-animation.gif`,
			about: `a GIF, cut off after ${place * 100} % of its bytes`,
			was: 'animation.gif',
			reasons: ['corrupt', 'missing', 'undecodable'],
			make: changed('animation.gif', bytes => bytes.subarray(0, Math.floor(bytes.length * place))),
		})),
		{
			name: 'pictures-elsewhere.mp4',
			about: 'offsets of pictures that lie behind the end of the file',
			reasons: ['corrupt', 'missing', 'undecodable', 'unreadable'],
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					tableBox(boxes, 'stco').body = words(0, 1, 0x7fffff00);
				}),
		},
	],
};
