import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitFrames } from '../../../functions/shared/supervisely/annotation/split-frames.ts';

/** A text in pieces of these sizes, over and over; every piece is overwritten once the next is asked for. */
const inPieces = async function* (text: string, sizes: number[]): AsyncIterable<Uint8Array> {
	const bytes = Buffer.from(text);
	for (let at = 0, turn = 0; at < bytes.length; turn++) {
		const size = sizes[turn % sizes.length] as number;
		const piece = Buffer.from(bytes.subarray(at, at + size));
		yield piece;
		piece.fill(0x78);
		at += size;
	}
};

const split = async (text: string, sizes: number[]) => {
	const frames: unknown[] = [];
	const rest = await splitFrames(inPieces(text, sizes), json => frames.push(JSON.parse(json.toString())));
	return { frames, rest: JSON.parse(rest) };
};

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const json = fc.jsonValue({ stringUnit: 'grapheme' });

test('whatever it holds and wherever it is cut, its frames and the rest come out as they are', async () => {
	const annotation = fc.record({
		before: json,
		tags: fc.array(json),
		frames: fc.array(fc.record({ index: fc.nat(), 'a "frames": [': json, figures: fc.array(json) })),
		after: json,
	});
	await fc.assert(
		fc.asyncProperty(annotation, sizes, fc.constantFrom(undefined, 1, '\t'), async (value, cuts, space) => {
			const expected = JSON.parse(JSON.stringify(value));
			const { frames, rest } = await split(JSON.stringify([value], null, space), cuts);
			expect(frames).toEqual(expected.frames);
			expect(rest).toEqual([{ ...expected, frames: [] }]);
		}),
		{ numRuns: 500 },
	);
});

test.each([
	['[{"a":"\\"frames\\":[","b":["x"]}]', [], [{ a: '"frames":[', b: ['x'] }]],
	['[{"o":{"frames":[1]},"frames":[]}]', [], [{ o: { frames: [1] }, frames: [] }]],
	['[ { "frames" : [ 1 , "a,]" ,\n[2] ] , "z" : 1 } ]', [1, 'a,]', [2]], [{ frames: [], z: 1 }]],
	['[]', [], []],
])('%s', async (text, frames, rest) => {
	for (const size of [1, 2, 3, 1000]) expect(await split(text, [size])).toEqual({ frames, rest });
});

test.each(['[{"frames":[{"index":1}', '[{"frames":[{"index":1}]', '[{"a":"'])('%s ends early', async text => {
	await expect(split(text, [7])).rejects.toThrow('is incomplete');
});
