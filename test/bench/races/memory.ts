import { join } from 'node:path';
import { generatedClip } from '../clips.ts';
import { watchDecoders } from '../measure/process-tree.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { spreadOf } from '../measure/statistics.ts';
import { command, inFolder } from '../paths.ts';
import { writeBenchProject } from '../project.ts';
import type { Goal, Outcome, Race } from '../race.ts';
import { startBenchServer } from '../server.ts';

/** Most MiB of a decode sandbox with its ffmpeg, and frames of a chunk that is short and of one that is not. */
const cases = [
	{ size: '1080p', most: 350, chunks: [25, 100] },
	{ size: '4K', most: 900, chunks: [15, 60] },
] as const;

/** What a decode function needs, whatever the length of its chunk. */
export const memory: Race = {
	id: 'memory',
	title: 'Memory of a decode sandbox',
	about: [
		'The most resident memory of one decode function with its ffmpeg during `framefan sample` of H.264 to PNG with labels,',
		'looked at twenty times a second. A function has as many picture threads as there are cores, and takes their memory',
		'for each of them; in the table all frames of a clip are one chunk.',
	].join(' '),
	inQuick: false,
	environments: [],
	run: async ({ rounds }): Promise<Outcome> => {
		const rows: (string | number)[][] = [];
		const goals: Goal[] = [];
		for (const { size, most, chunks } of cases) {
			for (const frames of chunks) {
				const peaks: number[] = [];
				for (let round = 0; round < Math.min(rounds, 3); round++) peaks.push(await peakOf(size, frames));
				const { median, least, most: greatest } = spreadOf(peaks);
				console.log(`${size}, ${frames} frames: ${median.toFixed(0)} MiB`);
				rows.push([size, frames, `${median.toFixed(0)} (${least.toFixed(0)}–${greatest.toFixed(0)})`]);
				goals.push({
					id: `memory ${size} ${frames}`,
					text: `${size}, a chunk of ${frames} frames: decode function with its ffmpeg`,
					...{ most, measured: median, range: [least, greatest], unit: 'MiB' },
				});
			}
		}
		return { heats: [], goals, tables: [{ name: 'Peak', columns: ['size', 'frames of the chunk', 'MiB'], rows }] };
	},
};

async function peakOf(size: (typeof cases)[number]['size'], frames: number): Promise<number> {
	const clip = await generatedClip(size, 'H.264', frames);
	return inFolder(async folder => {
		await writeBenchProject(join(folder, 'project'), clip);
		const server = await startBenchServer(join(folder, 'server'), join(folder, 'project'));
		try {
			const stop = watchDecoders();
			const at = ['--server', server.address, '--project', server.project, '--data', join(folder, 'data')];
			await runMeasured({
				program: process.execPath,
				args: [command, 'sample', ...at],
				env: { SUPERVISELY_API_TOKEN: server.token },
			}).finally(stop);
			return stop();
		} finally {
			await server.close();
		}
	});
}
