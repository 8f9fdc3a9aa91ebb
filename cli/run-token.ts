import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const fileName = 'run.json';
const runSchema = z.object({ clientToken: z.string() });

/** A run of a data folder; its client token identifies the sampling, also in an external S3. */
export type Run = {
	clientToken: string;
	/** Whether an earlier process began it. */
	goesOn: boolean;
};

/** The unfinished run of a data folder, or a new one. */
export function openRun(dataDir: string): Run {
	const known = tokenOf(dataDir);
	if (known !== undefined) return { clientToken: known, goesOn: true };
	mkdirSync(dataDir, { recursive: true });
	const run = { clientToken: crypto.randomUUID() };
	writeFileSync(join(dataDir, fileName), JSON.stringify(run));
	return { ...run, goesOn: false };
}

/** Ends the run: the next one in this folder is new. */
export function finishRun(dataDir: string): void {
	rmSync(join(dataDir, fileName), { force: true });
}

/** Abandons the run of a data folder. @returns its client token, since an external S3 may still have the sampling */
export function abandonRun(dataDir: string): string | undefined {
	const known = tokenOf(dataDir);
	finishRun(dataDir);
	return known;
}

const tokenOf = (dataDir: string): string | undefined => {
	const file = join(dataDir, fileName);
	return existsSync(file) ? runSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).clientToken : undefined;
};
