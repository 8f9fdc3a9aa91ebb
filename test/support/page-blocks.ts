import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The shell blocks of a section of a page, in their order. */
export function sectionBlocks(page: string, heading: string): string[] {
	const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
	const section = text.split(/^(?=#+ )/m).find(each => /^#+ (.*)$/m.exec(each)?.[1] === heading);
	if (section === undefined) throw new Error(`${page} has no section ${heading}`);
	return [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block as string);
}
