import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Size at which a log file is rotated, in bytes; one older file is kept, so logs stay below twice this. */
const turnover = 4 * 1024 * 1024;

export type LogFile = { write(text: string | Uint8Array): void };

/** A function's log: appended to `path`, bounded in size. */
export function openLogFile(path: string): LogFile {
	mkdirSync(dirname(path), { recursive: true });
	let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
	return {
		write: text => {
			if (size > turnover) {
				renameSync(path, `${path}.1`);
				size = 0;
			}
			appendFileSync(path, text);
			size += text.length;
		},
	};
}
