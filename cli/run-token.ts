import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const fileName = 'run.json';
const runSchema = z.object({ clientToken: z.string() });

/** A run of a data folder: its client token names the sampling, also in an S3 that outlives the folder. */
export type Run = { clientToken: string /** Whether a former process began it. */; goesOn: boolean };

/** The run that was begun in a data folder and not finished, or a new one. */
export const openRun = (dataDir: string): Run => {
	const file = join(dataDir, fileName);
	if (existsSync(file)) return { ...runSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), goesOn: true };
	mkdirSync(dataDir, { recursive: true });
	const run = { clientToken: crypto.randomUUID() };
	writeFileSync(file, JSON.stringify(run));
	return { ...run, goesOn: false };
};

/** The next run in this folder is another one. */
export const finishRun = (dataDir: string): void => rmSync(join(dataDir, fileName), { force: true });
