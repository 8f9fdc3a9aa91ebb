import { join } from 'node:path';
import { type Clip, generatedClip } from '../clips.ts';
import { inPython, sampleOf } from '../contestants.ts';
import type { EnvironmentName } from '../environments.ts';
import { perFrame, rowOf, timesLess, valuesOf } from '../measure/compare.ts';
import { type Contestant, inTurn, type Row } from '../measure/in-turn.ts';
import { type Command, lastObject, runMeasured } from '../measure/run-measured.ts';
import { command, inFolder, peers } from '../paths.ts';
import { writeBenchProject } from '../project.ts';
import type { Goal, Heat, Race } from '../race.ts';
import { startBenchServer } from '../server.ts';

/** Settings of the SDK, of which Framefan's are made. */
export type Settings = { step?: number; resize?: [height: number, width: number]; annotated?: boolean };

export const names = {
	openCv: 'SDK, OpenCV (plain install)',
	decord: 'SDK, decord (tracking extra)',
	command: 'framefan sample',
	library: 'library sampleVideoProject',
};

/** Whole samplings, from a project on a server to images with labels on it. */
export const sampling: Race = {
	id: 'sampling',
	title: 'Whole sampling, PNG, with labels',
	about: [
		'From a video project with two labels a frame to an images project on the same Supervisely-compatible server, which',
		'runs on the same two cores. Each run has a fresh server, since one that has seen an image is not sent it again.',
		'Wall time is that of the whole process of the client, start included; processor time is that of the client alone.',
	].join(' '),
	inQuick: true,
	environments: ['sdk', 'sdk-decord'],
	run: async ({ rounds, quick }) => {
		const heats: Heat[] = [];
		const goals: Goal[] = [];
		const heat = async (clip: Clip, what: string, settings: Settings, wall: number, cpu: number, most: number) => {
			console.log(`${what}, ${clip.frames} frames`);
			const who = await samplers(clip, settings, { frames: clip.frames, withDecord: !quick });
			const rows = await inTurn(who, rounds);
			heats.push({ name: `${what}, ${clip.frames} frames`, frames: clip.frames, origin: clip.origin, rows });
			goals.push(...goalsOf(rows, what, clip.frames, wall, cpu, most));
		};
		const frames = quick ? 30 : 450;
		await heat(await generatedClip('720p', 'H.264', frames), '720p H.264', {}, 6, 4.5, 13);
		if (quick) return { heats, goals };
		const large = await generatedClip('1080p', 'H.264', 200);
		await heat(large, '1080p H.264 resized to 720p', { resize: [720, 1280] }, 4.5, 3, 21);
		return { heats, goals };
	},
};

const delayMs = 100;

/** The same from a server far away. */
export const distant: Race = {
	id: 'distant',
	title: 'Whole sampling from a distant server',
	about: [
		`As above, 720p, but each answer of the server comes ${delayMs} ms later, as over a wide network; its lines are still as`,
		'fast as loopback.',
	].join(' '),
	inQuick: false,
	environments: ['sdk'],
	run: async ({ rounds }) => {
		const clip = await generatedClip('720p', 'H.264', 450);
		const rows = await inTurn(await samplers(clip, {}, { frames: clip.frames, withDecord: false, delayMs }), rounds);
		const sdk = valuesOf(rowOf(rows, names.openCv), 'wallMs');
		const goals = [names.library, names.command].map(name => {
			const goal = { id: `distant ${name}`, text: `wall time, SDK / ${name}`, least: 6 };
			return timesLess(goal, sdk, valuesOf(rowOf(rows, name), 'wallMs'));
		});
		return {
			heats: [{ name: `720p H.264, ${clip.frames} frames`, frames: clip.frames, origin: clip.origin, rows }],
			goals,
		};
	},
};

function goalsOf(rows: Row[], what: string, frames: number, wall: number, cpu: number, most: number): Goal[] {
	const sdk = rowOf(rows, names.openCv);
	return [names.library, names.command].flatMap(name => {
		const own = rowOf(rows, name);
		const id = `sampling ${what} ${name}`;
		const of = (quantity: 'wallMs' | 'cpuMs') => [valuesOf(sdk, quantity), valuesOf(own, quantity)] as const;
		return [
			timesLess({ id: `${id} wall`, text: `${what}: wall time, SDK / ${name}`, least: wall }, ...of('wallMs')),
			timesLess({ id: `${id} cpu`, text: `${what}: processor time, SDK / ${name}`, least: cpu }, ...of('cpuMs')),
			perFrame({ id: `${id} frame`, text: `${what}: ${name}, processor time a frame`, most }, of('cpuMs')[1], frames),
		];
	});
}

/** Everyone who samples a project, against a fresh server each time. */
export async function samplers(
	clip: Clip,
	settings: Settings,
	more: { frames: number; labelled?: number[]; withDecord: boolean; delayMs?: number },
): Promise<Contestant[]> {
	const { frames, labelled, withDecord, delayMs } = more;
	const contest = (about: { name: string; command: string; isOwn?: boolean }, commandFor: CommandFor): Contestant => ({
		...about,
		run: () =>
			inFolder(async folder => {
				await writeBenchProject(join(folder, 'project'), clip, labelled);
				const server = await startBenchServer(join(folder, 'server'), join(folder, 'project'), delayMs);
				try {
					const { stdout, ...usage } = await runMeasured(commandFor({ ...server, data: join(folder, 'data') }));
					const result = lastObject(stdout);
					const uploaded = (result.framesUploaded ?? result.frames) as number;
					if (uploaded !== frames) throw new Error(`${uploaded} images instead of ${frames}`);
					const bytesRead = await server.videoBytes();
					return { ...sampleOf(usage, stdout), serverCpuMs: server.cpuMs(), bytesRead };
				} finally {
					await server.close();
				}
			}),
	});
	const script = (file: string, more: object) => (at: Place) => ({
		args: [join(peers, file), at.address, at.token, at.project, JSON.stringify({ ...settings, ...more })],
	});
	const sdk = (environment: EnvironmentName, name: string) => {
		const about = { name, command: 'test/bench/peers/sample.py' };
		const python = script('sample.py', { copy_annotations: true });
		return inPython(environment, about, program => contest(about, at => ({ program, ...python(at) })));
	};
	const options = optionsOf(settings);
	return [
		await sdk('sdk', names.openCv),
		...(withDecord ? [await sdk('sdk-decord', names.decord)] : []),
		contest(
			{
				name: names.command,
				command: ['framefan sample --server URL --project ID', ...options].join(' '),
				isOwn: true,
			},
			at => ({
				program: process.execPath,
				args: [
					...[command, 'sample', '--json', '--server', at.address, '--project', at.project],
					...['--data', at.data, ...options],
				],
				env: { SUPERVISELY_API_TOKEN: at.token },
			}),
		),
		contest({ name: names.library, command: 'test/bench/peers/sample.mjs', isOwn: true }, at => ({
			program: process.execPath,
			...script('sample.mjs', {})(at),
		})),
	];
}

type Place = { address: string; token: string; project: number; data: string };
type CommandFor = (at: Place) => Command;

function optionsOf({ step, resize, annotated }: Settings): string[] {
	return [
		...(step ? ['--step', String(step)] : []),
		...(resize ? ['--resize', resize.join('x')] : []),
		...(annotated ? ['--annotated'] : []),
	];
}
