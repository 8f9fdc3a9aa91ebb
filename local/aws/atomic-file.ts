import { renameSync, writeFileSync } from 'node:fs';

/** Writes a small file so that a process killed at any moment leaves the old content or the new, nothing between. */
export function writeAtomically(path: string, content: string): void {
	const draft = `${path}.draft`;
	writeFileSync(draft, content);
	renameSync(draft, path);
}
