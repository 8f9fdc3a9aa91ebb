import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const fileName = 'run.json';
const runSchema = z.object({ clientToken: z.string() });

/** A run of a data folder: its client token names the sampling, also in an S3 that outlives the folder. */
export type Run = {
	clientToken: string;
	/** Whether a former process began it. */
	goesOn: boolean;
};

/** The run that was begun in a data folder and not finished, or a new one. */
export const openRun = (dataDir: string): Run => {
	const known = tokenOf(dataDir);
	if (known !== undefined) return { clientToken: known, goesOn: true };
	mkdirSync(dataDir, { recursive: true });
	const run = { clientToken: crypto.randomUUID() };
	writeFileSync(join(dataDir, fileName), JSON.stringify(run));
	return { ...run, goesOn: false };
};

/** The next run in this folder is another one. */
export const finishRun = (dataDir: string): void => rmSync(join(dataDir, fileName), { force: true });

/** Ends the run of a data folder that begins anew. @returns its client token: an S3 that outlives the folder knows it still */
export const abandonRun = (dataDir: string): string | undefined => {
	const known = tokenOf(dataDir);
	finishRun(dataDir);
	return known;
};

const tokenOf = (dataDir: string): string | undefined => {
	const file = join(dataDir, fileName);
	return existsSync(file) ? runSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).clientToken : undefined;
};
