import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makePackedTexts } from '../../../functions/shared/supervisely/annotation/packed-texts.ts';
import { annotationOf, full } from './shapes.ts';

test('texts come back as they were, in any order, over many blocks', () => {
	const text = fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 40_000 }));
	const texts = fc.array(
		text.map(([part, times]) => part.repeat(times)),
		{ minLength: 1, maxLength: 30 },
	);
	fc.assert(
		fc.property(texts, fc.infiniteStream(fc.nat()), (given, order) => {
			const packed = makePackedTexts();
			const places = given.map(each => packed.add(Buffer.from(each)));
			for (const pick of order.take(given.length)) {
				const at = pick % given.length;
				expect(packed.read(places[at] as (typeof places)[number]) === given[at]).toBe(true);
			}
		}),
		{ numRuns: 50 },
	);
});

test('every entry of a frame counts, wherever it stands', async () => {
	const entry = (index: number, id: number) => ({ index, figures: [{ id, objectId: 1, padding: 'x'.repeat(99_999) }] });
	const frames = [entry(7, 1), entry(2, 2), entry(7, 3), { index: 5, figures: [] }, entry(9, 4)];
	const objects = [1, 2].map(id => ({ id, classTitle: 'car', tags: [] }));
	const tags = [{ name: 'everywhere' }, { name: 'here', frameRange: [3, 5] }];
	const annotation = await annotationOf({ size: full, tags, objects, frames });
	const part = annotation.slice([2, 5, 7]);
	const ids = part.frames.flatMap(({ index, figures }) => figures.map(each => [index, (each as { id: number }).id]));
	expect(ids).toEqual([
		[2, 2],
		[7, 1],
		[7, 3],
	]);
	expect(part.objects.map(({ id }) => id)).toEqual([1]);
	expect([2, 5, 7, 8].map(annotation.labels.hasFigures)).toEqual([true, false, true, false]);
	expect([2, 3, 5, 6].map(annotation.labels.isTagged)).toEqual([false, true, true, false]);
});
