// Plain JavaScript, as what it calls.
import { dirname, join } from 'node:path';
import { synthesize } from '#local/synthesize.ts';
import { buildCommand } from '../../cli/build.mjs';
import { isBuilt } from '../../cli/is-built.mjs';

const repository = dirname(dirname(import.meta.dirname));

/** Before whole runs: builds what each of them would compile again for itself, where the sources have changed. */
export async function setup() {
	const built = isBuilt(join(repository, 'dist', 'cli.js'), repository);
	await Promise.all([synthesize(), built ? undefined : buildCommand()]);
}
