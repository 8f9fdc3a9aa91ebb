import { join } from 'node:path';
import { type DropReason, dropReasons } from '#shared/sampling/frame-quality.ts';
import { type Clip, changingClip, generatedClip, repeatedClip } from '../clips.ts';
import { sampleOf } from '../contestants.ts';
import { rowOf, timesLess, valuesOf } from '../measure/compare.ts';
import { type Contestant, inTurn } from '../measure/in-turn.ts';
import { lastObject, runMeasured } from '../measure/run-measured.ts';
import { spreadOf } from '../measure/statistics.ts';
import { command, inFolder, peers } from '../paths.ts';
import { writeBenchProject } from '../project.ts';
import type { Outcome, Race } from '../race.ts';
import { startBenchServer } from '../server.ts';

/** Hours of each video of the long project, and how many videos there are. */
const [hours, videos] = [1, 10];

/** What it costs to look at frames before they are kept. */
export const scores: Race = {
	id: 'scores',
	title: 'Scores of frames',
	about: [
		'Sharpness, brightness and perceptual hash of all frames of 720p H.264, of which none is dropped, beside the same sampling',
		'without them, by the library and against a fresh server on the same cores.',
	].join(' '),
	inQuick: false,
	environments: [],
	run: ({ rounds }) => costOfScores(rounds),
};

/** What ten hours of video give, and what they cost. */
export const selection: Race = {
	id: 'selection',
	title: 'Good frames of ten hours',
	about: [
		`${videos} videos of ${hours} h, 320 × 180, of a test pattern that moves, changes every 20 s, and is`,
		'still, blurred or dark now and then. One frame a',
		'second: by `--step 30`, by `--fps 1`, and of these the sharpest of each 2 s without near duplicates; against a fresh',
		'server on the same cores.',
	].join(' '),
	inQuick: false,
	environments: [],
	run: ({ rounds }) => tenHours(Math.min(rounds, 2)),
};

async function costOfScores(rounds: number): Promise<Outcome> {
	const clip = await generatedClip('720p', 'H.264', 450);
	const by = (name: string, settings: object): Contestant => ({
		...{ name, command: `test/bench/peers/sample.mjs URL TOKEN ID '${JSON.stringify(settings)}'`, isOwn: true },
		run: () =>
			onServer(clip, 1, async at => {
				const args = [join(peers, 'sample.mjs'), at.address, at.token, at.project, JSON.stringify(settings)];
				const { stdout, ...usage } = await runMeasured({ program: process.execPath, args });
				if (lastObject(stdout).frames !== clip.frames) throw new Error(`${stdout}: not ${clip.frames} images`);
				return sampleOf(usage, stdout);
			}),
	});
	const names = { without: 'all frames', scored: 'all frames, scored' };
	const rows = await inTurn([by(names.without, {}), by(names.scored, { frameQuality: { minSharpness: 0 } })], rounds);
	const [scored, without] = [names.scored, names.without].map(name => valuesOf(rowOf(rows, name), 'cpuMs'));
	const goal = { id: 'selection scores', text: 'processor time, with scores / without', most: 1.15 };
	return {
		heats: [{ name: `Scores: ${clip.name}, ${clip.frames} frames`, frames: clip.frames, origin: clip.origin, rows }],
		goals: [timesLess(goal, scored as number[], without as number[])],
	};
}

type Result = { framesUploaded: number; dropped?: Record<DropReason, number>; faultCount: number };

async function tenHours(rounds: number): Promise<Outcome> {
	const clip = await repeatedClip(6 * hours, await changingClip());
	const found = new Map<string, Result>();
	const by = (name: string, options: string[]): Contestant => ({
		...{ name, command: ['framefan sample --server URL --project ID', ...options].join(' '), isOwn: true },
		run: () =>
			onServer(clip, videos, async (at, data) => {
				const where = ['--json', '--server', at.address, '--project', String(at.project), '--data', data];
				const { stdout, ...usage } = await runMeasured({
					program: process.execPath,
					args: [command, 'sample', ...where, ...options],
					env: { SUPERVISELY_API_TOKEN: at.token },
				});
				const result = lastObject(stdout) as Result;
				if (result.faultCount > 0) throw new Error(stdout);
				found.set(name, result);
				return usage;
			}),
	});
	const good = ['--fps', '1', '--sharpest-of', '2s', '--drop-near-duplicates', '6'];
	const rows = await inTurn([by('step 30', ['--step', '30']), by('fps 1', ['--fps', '1']), by('good', good)], rounds);
	const table = rows.map(row => {
		const { framesUploaded = 0, dropped } = found.get(row.name) ?? {};
		const seconds = (quantity: 'wallMs' | 'cpuMs') => Math.round(spreadOf(valuesOf(row, quantity)).median / 1000);
		const counts = dropReasons.map(reason => dropped?.[reason] ?? 0);
		return [row.name, clip.frames * videos, framesUploaded, ...counts, seconds('wallMs'), seconds('cpuMs')];
	});
	const columns = ['selection', 'frames in', 'images', ...dropReasons, 'wall s', 'processor s'];
	return {
		heats: [],
		goals: [],
		tables: [{ name: `${videos * hours} hours: images, and frames dropped by reason`, columns, rows: table }],
	};
}

type At = Awaited<ReturnType<typeof startBenchServer>>;

const onServer = <Found>(clip: Clip, count: number, work: (at: At, data: string) => Promise<Found>): Promise<Found> =>
	inFolder(async folder => {
		await writeBenchProject(join(folder, 'project'), clip, [], count);
		const server = await startBenchServer(join(folder, 'server'), join(folder, 'project'));
		try {
			return await work(server, join(folder, 'data'));
		} finally {
			await server.close();
		}
	});
