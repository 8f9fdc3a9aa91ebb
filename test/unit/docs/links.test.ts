import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { anchorsOf, brokenLink, codeBlocks, namesIn, pages, pageText, proseOf, repository } from './pages.ts';

const entries = readdirSync(repository, { withFileTypes: true }).filter(
	({ name }) => !/^(\.git|\.framefan)$/.test(name),
);
const folders = entries.filter(entry => entry.isDirectory()).map(({ name }) => name);

/** Whether a name in backticks is that of a file or folder of the repository: one with placeholders is none. */
const isPath = (name: string): boolean =>
	/^[\w./-]+$/.test(name) &&
	!name.includes('…') &&
	folders.some(folder => folder !== 'node_modules' && folder !== 'dist' && name.startsWith(`${folder}/`));

describe.each(pages)('%s', page => {
	test('links lead somewhere', () => {
		const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
		const own = links.filter(link => !/^[a-z]+:/.test(link));
		expect(own.flatMap(link => brokenLink(page, link) ?? [])).toEqual([]);
	});
	test('files that are named exist', () => {
		const named = namesIn(proseOf(page)).filter(isPath);
		expect(named.filter(name => !existsSync(join(repository, name)))).toEqual([]);
	});
	test('npm scripts that are named exist', () => {
		const scripts = [...pageText(page).matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script as string);
		expect(scripts.filter(script => !(script in packageJson.scripts))).toEqual([]);
	});
	test('it is linked from the README', () => {
		if (page !== 'README.md') expect(pageText('README.md')).toContain(`](${page})`);
	});
});

test('files that are named in shell samples exist', () => {
	const blocks = pages.flatMap(codeBlocks).filter(({ language }) => language === 'sh');
	const named = blocks.flatMap(({ code }) => code.split(/[\s"']+/).filter(isPath));
	expect(named.filter(name => !existsSync(join(repository, name)))).toEqual([]);
});

test('a broken link, a missing anchor and a wrong file are noticed', () => {
	expect(brokenLink('docs/cli.md', 'nothing.md')).toBe('docs/cli.md: there is no docs/nothing.md');
	expect(brokenLink('README.md', 'docs/cli.md#nothing')).toBe('README.md: docs/cli.md has no #nothing');
	expect(brokenLink('docs/cli.md', '#frames')).toBeUndefined();
	expect(anchorsOf('docs/architecture.md')).toContain('a-chunks-life');
	expect(['infra/nothing.ts', 'samplings/ID/request.json', 'functions/<name>'].map(isPath)).toEqual([
		true,
		false,
		false,
	]);
});
