import { expect, test } from 'vitest';
import { unknownName } from '#shared/sampling/select/known-names.ts';

const meta = { classes: [{ title: 'car' }, { title: 'a "field"' }], tags: [] };
const annotated = (rule: object) => ({ select: [{ fps: 1 }, { annotated: rule }] });

test('a class or tag that the project does not have is named, with those that it has', () => {
	expect(unknownName(annotated({ classes: ['car'] }), meta, 7)).toBeUndefined();
	expect(unknownName(annotated({ classes: ['car', 'cat'] }), meta, 7)).toBe(
		'settings.select[1].annotated.classes has "cat", and project 7 has no such class: it has "car", "a \\"field\\""',
	);
	expect(unknownName(annotated({ tags: ['night'] }), meta, 7)).toBe(
		'settings.select[1].annotated.tags has "night", and project 7 has no such tag: it has no tags',
	);
	const many = { classes: Array.from({ length: 12 }, (_, n) => ({ title: `c${n}` })), tags: [] };
	expect(unknownName(annotated({ classes: ['cat'] }), many, 7)).toMatch(/"c9" and 2 more$/);
	expect(unknownName({}, meta, 7)).toBeUndefined();
});
