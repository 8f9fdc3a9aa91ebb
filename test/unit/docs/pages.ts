import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const repository = join(import.meta.dirname, '../../..');

/** All pages for people, by their path in the repository. */
export const pages = [
	...readdirSync(repository).filter(name => name.endsWith('.md')),
	...readdirSync(join(repository, 'docs'))
		.filter(name => name.endsWith('.md'))
		.map(name => `docs/${name}`),
];

export function pageText(page: string): string {
	return readFileSync(join(repository, page), 'utf8');
}

export type CodeBlock = { page: string; line: number; language: string; code: string };

/** Code between lines of three backticks. */
export function codeBlocks(page: string): CodeBlock[] {
	const text = pageText(page);
	return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
		...{ page, language, code },
		line: text.slice(0, index).split('\n').length,
	}));
}

/** The text of a page without its code blocks. */
export function proseOf(page: string): string {
	return pageText(page).replaceAll(/^```\w*\n[\s\S]*?^```$/gm, '');
}

/** What stands between single backticks. */
export function namesIn(text: string): string[] {
	return [...text.matchAll(/`([^`\n]+)`/g)].map(([, name]) => name as string);
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): Set<string> {
	const seen = new Map<string, number>();
	const anchors = [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
		const anchor = heading
			.toLowerCase()
			.replaceAll(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-');
		const times = seen.get(anchor) ?? 0;
		seen.set(anchor, times + 1);
		return times === 0 ? anchor : `${anchor}-${times}`;
	});
	return new Set(anchors);
}

/** What is wrong with a link of a page; undefined when it leads somewhere. */
export function brokenLink(page: string, link: string): string | undefined {
	const [path = '', anchor] = link.split('#');
	const target = path === '' ? page : normalize(join(dirname(page), path));
	if (!existsSync(join(repository, target))) return `${page}: there is no ${target}`;
	if (anchor === undefined) return undefined;
	return target.endsWith('.md') && anchorsOf(target).has(anchor) ? undefined : `${page}: ${target} has no #${anchor}`;
}

/** Rows of the tables of a page that have so many columns, each as its cells. */
export function tableRows(page: string, columns: number): string[][] {
	return pageText(page)
		.split('\n')
		.filter(line => line.startsWith('|') && !line.startsWith('| ---'))
		.map(line => line.slice(1, -1).split(' | '))
		.filter(cells => cells.length === columns)
		.map(cells => cells.map(cell => cell.trim()));
}
