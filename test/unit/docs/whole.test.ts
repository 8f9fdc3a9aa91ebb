import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ApiDescription, apiPage } from '../../../infra/api-page.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { pageText, repository, tableRows } from './pages.ts';

const linesOf = (page: string): string[] => pageText(page).trimEnd().split('\n');

test('the README has no more than 120 lines, and the two commands on the first screen', () => {
	const lines = linesOf('README.md');
	expect(lines.length).toBeLessThanOrEqual(120);
	const firstScreen = lines.slice(0, 24).join('\n');
	expect(firstScreen).toContain('npm ci && npm start');
	expect(firstScreen).toContain('npm ci && npm test');
	expect(statSync(join(repository, 'docs/result.png')).size).toBeLessThan(200_000);
});

test('docs/api.md is what the description of the HTTP API gives (npm run openapi)', () => {
	const file = join(repository, 'functions/api/openapi.json');
	expect(pageText('docs/api.md')).toBe(apiPage(JSON.parse(readFileSync(file, 'utf8')) as ApiDescription));
});

test('the glossary has at most 15 words, in their own table', () => {
	const [, glossary = ''] = pageText('docs/architecture.md').split('## Glossary\n');
	const words = glossary.split('\n').filter(line => /^\| (?!word |---)/.test(line));
	expect(words.length).toBeGreaterThan(10);
	expect(words.length).toBeLessThanOrEqual(15);
	expect(
		tableRows('docs/architecture.md', 2)
			.slice(-words.length)
			.map(row => `| ${row.join(' | ')} |`),
	).toEqual(words);
});

test('the changelog has the version of the package', () => {
	expect(pageText('CHANGELOG.md')).toContain(`## ${packageJson.version}`);
});
