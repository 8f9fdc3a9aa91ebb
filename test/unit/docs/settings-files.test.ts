import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ruleNames } from '#shared/sampling/select/rules.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { codeBlocks, pages, pageText, tableRows } from './pages.ts';

const page = 'docs/selection.md';

test('every settings file in the documentation is one that is taken', () => {
	const blocks = pages.flatMap(codeBlocks).filter(({ language }) => language === 'yaml');
	expect(blocks.length).toBeGreaterThan(0);
	for (const { page, line, code } of blocks)
		expect(settingsSchema.safeParse(parse(code)).error, `${page}:${line}`).toBeUndefined();
});

test('docs/selection.md has a row for each rule, and each example in it is one that is taken', () => {
	const examples = tableRows(page, 3).flatMap(([cell = '']) => /^`(\{.+\})`$/.exec(cell)?.[1] ?? []);
	for (const example of examples)
		expect(settingsSchema.safeParse({ select: [JSON.parse(example)] }).error, example).toBeUndefined();
	expect(new Set(examples.flatMap(example => Object.keys(JSON.parse(example)))).size).toBeGreaterThan(0);
	for (const name of ruleNames)
		expect(
			examples.some(example => name in JSON.parse(example)),
			name,
		).toBe(true);
	expect(pageText(page)).toContain('settings.schema.json');
});
