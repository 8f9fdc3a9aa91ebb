import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDemoProject } from '#demo/project/make-project.ts';
import { cacheFolder, removeStale } from '#local/cache-folder.ts';

const sources = join(import.meta.dirname, '..', '..', 'demo', 'project');

/** The folder of the demo project, which is made once for all runs until what makes it changes. */
export async function demoProject(): Promise<string> {
	const hash = createHash('sha256');
	for (const name of readdirSync(sources).sort()) hash.update(readFileSync(join(sources, name)));
	const parent = join(cacheFolder, `demo-${hash.digest('hex').slice(0, 32)}`);
	mkdirSync(cacheFolder, { recursive: true });
	removeStale('demo-');
	mkdirSync(parent, { recursive: true });
	return makeDemoProject(parent);
}
