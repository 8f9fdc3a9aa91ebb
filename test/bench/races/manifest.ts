import { statSync } from 'node:fs';
import { join } from 'node:path';
import { runMeasured } from '../measure/run-measured.ts';
import { inFolder, peers } from '../paths.ts';
import type { Goal, Outcome, Race } from '../race.ts';

const sizes = [100_000, 1_000_000, 10_000_000];

/** What a manifest needs, however many images it has. */
export const manifest: Race = {
	id: 'manifest',
	title: 'Manifest',
	about:
		'A Parquet manifest of made-up images, written to a file: the process with its start. Memory must not grow with the number of images.',
	inQuick: false,
	environments: [],
	run: async (): Promise<Outcome> => {
		const rows: (string | number)[][] = [];
		const peaks: number[] = [];
		for (const size of sizes) {
			const { seconds, peakMiB, mebibytes } = await write(size);
			peaks.push(peakMiB);
			rows.push([size.toLocaleString('en'), Math.round(seconds), Math.round(peakMiB), Math.round(mebibytes)]);
			console.log(rows.at(-1)?.join(' | '));
		}
		const [, middle, largest] = peaks as [number, number, number];
		const goal: Goal = {
			id: 'manifest memory',
			text: 'peak memory, 10 million images / 1 million',
			...{ most: 1.5, measured: largest / middle, unit: '×' },
		};
		const columns = ['images', 'processor s', 'peak MiB', 'file MiB'];
		return { heats: [], goals: [goal], tables: [{ name: 'Parquet', columns, rows }] };
	},
};

const write = (rows: number): Promise<{ seconds: number; peakMiB: number; mebibytes: number }> =>
	inFolder(async folder => {
		const file = join(folder, 'manifest.parquet');
		const args = ['--import', 'tsx', join(peers, 'write-manifest.ts'), String(rows), file];
		const { cpuMs = 0, peakMiB = 0 } = await runMeasured({ program: process.execPath, args });
		return { seconds: cpuMs / 1000, peakMiB, mebibytes: statSync(file).size / 2 ** 20 };
	});
