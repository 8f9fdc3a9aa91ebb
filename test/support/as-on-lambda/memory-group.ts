import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group of Linux, whose processes together get no more memory than this. */
export type MemoryGroup = {
	/** A process joins by writing its id into `cgroup.procs` there. */
	folder: string;
	/** Most memory that they had, with the files that were kept in memory for them. */
	peakMiB(): number;
	/** Once all its processes have ended. */
	remove(): void;
};

/** Where groups are, and what their files are called, in the first and the second version of control groups. */
const versions = [
	{ root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes' },
	{ root: '/sys/fs/cgroup', limit: 'memory.max', peak: 'memory.peak' },
];

let made = 0;

/** @returns undefined where none can be made, for want of rights or of control groups */
export function makeMemoryGroup(limitMiB: number): MemoryGroup | undefined {
	for (const { root, limit, peak } of versions) {
		const folder = join(root, `framefan-${process.pid}-${made++}`);
		try {
			mkdirSync(folder);
		} catch {
			continue;
		}
		const remove = () => {
			try {
				rmdirSync(folder);
			} catch {
				// It is empty, and is gone with the machine.
			}
		};
		if (existsSync(join(folder, limit))) {
			writeFileSync(join(folder, limit), String(limitMiB * 2 ** 20));
			return { folder, peakMiB: () => Number(readFileSync(join(folder, peak), 'utf8')) / 2 ** 20, remove };
		}
		remove();
	}
	return undefined;
}
