import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const tests = join(import.meta.dirname, '../..');

test('titles of tests are short enough to scan: below 90 characters', () => {
	const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.test.ts'));
	expect(files.length).toBeGreaterThan(50);
	const call = /\b(?:test|describe)(?:\.[a-zA-Z.]+(?:\([^)]*\))?)?\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs;
	const titles = files.flatMap(name =>
		[...readFileSync(join(tests, name), 'utf8').matchAll(call)].map(([, , title = '']) => `${name}: ${title}`),
	);
	expect(titles.length).toBeGreaterThan(300);
	expect(titles.filter(title => title.length - title.indexOf(': ') - 2 >= 90)).toEqual([]);
});
