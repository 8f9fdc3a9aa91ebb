import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexDocumentSchema, readIndex, writeIndex } from '#shared/video/index/index-document.ts';
import { presentationOrder, type VideoIndex } from '#shared/video/index/video-index.ts';

const throughJson = (index: VideoIndex): VideoIndex =>
	readIndex(indexDocumentSchema.parse(JSON.parse(JSON.stringify(writeIndex(index)))));

const makeIndex = (
	pictures: { pts: number; size: number; gap: number; key: boolean; shown: boolean }[],
): VideoIndex => {
	const pts = Float64Array.from(pictures, picture => picture.pts);
	let end = 0;
	const offset = Float64Array.from(pictures, ({ gap, size }) => {
		const at = end + gap;
		end = at + size;
		return at;
	});
	return {
		container: {
			...{ kind: 'samples' as const, demuxer: 'mov', timed: true, packets: null },
			sampleDescription: Buffer.from('stsd'),
			matrix: Buffer.alloc(36, 1),
			width: 320,
			height: 180,
			dts: Float64Array.from(pictures, (_, at) => at * 512),
			...{ codec: 'avc1', stream: 'i:1', bitstream: { codec: 'h264', lengthBytes: 4 }, setup: Buffer.from('sei') },
		},
		timeBase: { num: 1, den: 15360 },
		timeOffset: -1024,
		pictureSize: { width: 320, height: 180 },
		isPlanar: true,
		pts,
		key: Uint8Array.from(pictures, ({ key }) => Number(key)),
		offset,
		size: Uint32Array.from(pictures, ({ size }) => size),
		shown: presentationOrder(pts, at => pictures[at]?.shown === true),
		damage: undefined,
		notes: ['a note'],
	};
};

test('an index comes back as it was', () => {
	const picture = fc.record({
		pts: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
		size: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
		gap: fc.integer({ min: 0, max: 2 ** 40 }),
		key: fc.boolean(),
		shown: fc.boolean(),
	});
	fc.assert(
		fc.property(fc.array(picture, { maxLength: 50 }), pictures => {
			const index = makeIndex(pictures);
			expect(throughJson(index)).toEqual(index);
		}),
	);
});

test('a counted stream keeps the order of its file', () => {
	const index: VideoIndex = {
		...makeIndex([]),
		container: {
			...{
				kind: 'whole',
				demuxer: 'avi',
				stream: 'V:0',
				matrix: Buffer.alloc(0),
				end: 9,
				changes: [{ offset: 3, bytes: Buffer.from('ab') }],
			},
			...{ counted: true, restarts: false, codec: 'mpeg4' },
		},
		...{ pts: Float64Array.of(5, 3, 3), key: Uint8Array.of(1, 0, 0), offset: new Float64Array(3) },
		...{ size: new Uint32Array(3), shown: Uint32Array.of(0, 1, 2), pictureSize: null, damage: 'cut off' },
	};
	expect(throughJson(index)).toEqual(index);
});

test('two hours take less than 16 bytes a picture', () => {
	let seed = 7;
	const random = () => {
		seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
		return seed / 2 ** 32;
	};
	const reordered = [0, 3, 1, 2];
	const pictures = Array.from({ length: 216_000 }, (_, at) => ({
		pts: (at - (at % 4) + (reordered[at % 4] as number)) * 512,
		size: Math.floor(2000 + random() * 60_000),
		gap: at % 30 === 0 ? Math.floor(random() * 20_000) : 0,
		key: at % 60 === 0,
		shown: true,
	}));
	const stored = JSON.stringify(writeIndex(makeIndex(pictures))).length;
	expect(stored / pictures.length).toBeLessThan(16);
	expect(stored / pictures.length).toBeGreaterThan(2);
});
