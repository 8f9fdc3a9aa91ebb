import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '#local/cache-folder.ts';

/** Notes what could not be run, in one line, for the end of a long run, where nobody would look for it in the middle. */
export async function noteNotRun(reason: string): Promise<void> {
	await mkdir(cacheFolder, { recursive: true });
	await appendFile(join(cacheFolder, 'not-run.txt'), `${reason}\n`);
}

/** The line of a command's failure that says most. */
export function lastLine(error: unknown): string {
	const { stderr, message } = error as { stderr?: string; message: string };
	return (stderr?.trim() || message).split('\n').at(-1) ?? '';
}
