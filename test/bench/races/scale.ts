import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { generatedClip, repeatedClip, tinyClip } from '../clips.ts';
import { fileWriter, framesCommand, sampleOf } from '../contestants.ts';
import { rowOf, timesLess, valuesOf } from '../measure/compare.ts';
import { type Contestant, inTurn } from '../measure/in-turn.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { spreadOf } from '../measure/statistics.ts';
import { command } from '../paths.ts';
import type { Goal, Heat, Outcome, Race } from '../race.ts';

const minute = 1800;
const lengths = { '1 minute': 1, '10 minutes': 10, '1 hour': 60, '5 hours': 300 };
const framesPerChunk = 500;

/** Whether twice the cores do twice the work, and whether length and number of chunks leave the cost of a frame alone. */
export const scale: Race = {
	id: 'scale',
	title: 'Scale',
	about: [
		'One core against all of them: `framefan frames` to PNG, held on one core by `taskset`. Length: `framefan frames',
		'--verify` of videos of tiny pictures, where nothing counts but what is spent around them: index, plan and the start',
		`of a decoder for each chunk, ${framesPerChunk} frames in each and no more than 1,000 of them. Chunks: the same minute of`,
		'720p in 1 to 8 of them, each of which decodes from the key frame before it.',
	].join(' '),
	inQuick: false,
	environments: [],
	run: async ({ rounds }) => {
		const cores = await workers(rounds);
		const long = await byLength(rounds);
		const cut = await byChunks(Math.min(rounds, 3));
		return {
			heats: [...cores.heats, ...long.heats, ...cut.heats],
			goals: [...cores.goals, ...long.goals, ...cut.goals],
			notes: cores.notes ?? [],
		};
	},
};

async function workers(rounds: number): Promise<Outcome> {
	const clip = await generatedClip('720p', 'H.264', 450);
	const onOne = hasTaskset() ? undefined : 'there is no taskset here';
	const one: Contestant = {
		...fileWriter(
			{ name: '1 core', command: 'taskset -c 0 framefan frames CLIP --out DIR', isOwn: true },
			450,
			folder => ({
				program: 'taskset',
				args: ['-c', 0, process.execPath, command, 'frames', clip.path, '--out', folder],
			}),
		),
		...(onOne === undefined ? {} : { unavailable: onOne }),
	};
	const cores = availableParallelism();
	const all = { ...framesCommand(clip, 'png'), name: `${cores} cores` };
	const rows = await inTurn([one, all], rounds);
	const goal = { id: 'scale cores', text: `1 core / ${cores} cores, wall time of the whole command`, least: 1.8 };
	const [alone, together] = ['1 core', all.name].map(name => valuesOf(rowOf(rows, name), 'wallMs'));
	return {
		heats: [{ name: `Cores: ${clip.name}, 450 frames to PNG`, frames: 450, origin: clip.origin, rows }],
		goals: [timesLess(goal, alone as number[], together as number[])],
	};
}

async function byLength(rounds: number): Promise<Outcome> {
	const shortest = await tinyClip(minute);
	const heats: Heat[] = [];
	const costs = new Map<string, number>();
	for (const [length, times] of Object.entries(lengths)) {
		const clip = times === 1 ? shortest : await repeatedClip(times, shortest);
		console.log(`${length}, ${clip.frames} frames`);
		const rows = await inTurn(
			[verify(clip.path, length, [])],
			Math.min(rounds, times > 100 ? 2 : times > 10 ? 3 : rounds),
		);
		const chunks = Math.min(1000, Math.ceil(clip.frames / framesPerChunk));
		heats.push({
			name: `Length: ${length} of 64 × 36, ${chunks} chunks`,
			frames: clip.frames,
			origin: clip.origin,
			rows,
		});
		const cpu = valuesOf(rows[0], 'cpuMs');
		if (cpu.length) costs.set(length, spreadOf(cpu).median / clip.frames);
	}
	const base = costs.get('10 minutes');
	const goals = ['1 hour', '5 hours'].map((length): Goal => {
		const cost = costs.get(length);
		const text = `processor time a frame, ${length} / 10 minutes`;
		const measured = cost && base ? cost / base : null;
		return { id: `scale ${length}`, text, least: 0.9, most: 1.1, measured, unit: '×' };
	});
	return { heats, goals };
}

async function byChunks(rounds: number): Promise<Outcome> {
	const clip = await generatedClip('720p', 'H.264', minute);
	const who = [1, 2, 4, 8].map(count => verify(clip.path, `${count} chunks`, ['--chunks', String(count)]));
	const rows = await inTurn(who, rounds);
	const cpu = (name: string) => valuesOf(rowOf(rows, name), 'cpuMs');
	const goal = { id: 'scale chunks', text: 'processor time, 8 chunks / 1', least: 0.9, most: 1.1 };
	return {
		heats: [{ name: 'Chunks: a minute of 720p H.264, verified', frames: minute, origin: clip.origin, rows }],
		goals: [timesLess(goal, cpu('8 chunks'), cpu('1 chunks'))],
	};
}

function verify(path: string, name: string, more: string[]): Contestant {
	return {
		name,
		command: ['framefan frames CLIP --verify', ...more].join(' '),
		isOwn: true,
		run: async () => {
			// Hashes of half a million frames would fill this process.
			const line = '"$@" | tail -n 1';
			const args = ['-c', line, 'sh', process.execPath, command, 'frames', path, '--verify', ...more];
			const { stdout, ...usage } = await runMeasured({ program: 'sh', args });
			return sampleOf(usage, stdout);
		},
	};
}

function hasTaskset(): boolean {
	try {
		execFileSync('taskset', ['--version'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}
