import { serveFile } from '#test/counting-file-server.ts';
import { makeRandom } from '../../chaos/random.ts';
import { type Clip, generatedClip, repeatedClip } from '../clips.ts';
import { framesCommand, pythonReader } from '../contestants.ts';
import { bestOf, rowOf, timesLess, valuesOf, workOf } from '../measure/compare.ts';
import { type Contestant, inTurn } from '../measure/in-turn.ts';
import { spreadOf } from '../measure/statistics.ts';
import type { Goal, Heat, Outcome, Race } from '../race.ts';
import { neededBytes } from './needed-bytes.ts';
import { names, samplers } from './sampling.ts';

/** Few frames of a video: where it matters what is not read and not decoded. */
export const sparse: Race = {
	id: 'sparse',
	title: 'Every 100th frame of a minute',
	about: [
		'720p H.264, a key frame every 250 frames. First whole samplings with labels, start of the process included; then',
		'files alone, where time is that of the work, without the start of an interpreter, where a contestant tells it.',
	].join(' '),
	inQuick: true,
	environments: ['sdk', 'sdk-decord', 'readers', 'torch'],
	run: async ({ rounds, quick }) => {
		const clip = await generatedClip('720p', 'H.264', quick ? 30 : 1800);
		const step = quick ? 10 : 100;
		const wanted = Math.ceil(clip.frames / step);
		const heats: Heat[] = [];
		const goals: Goal[] = [];
		const who = await samplers(clip, { step }, { frames: wanted, withDecord: !quick });
		const rows = await inTurn(who, rounds);
		const about = { frames: wanted, origin: clip.origin };
		heats.push({ name: `Whole sampling, ${wanted} of ${clip.frames} frames`, ...about, rows });
		for (const name of [names.library, names.command]) {
			const goal = { id: `sparse sampling ${name}`, text: `whole sampling: wall time, SDK / ${name}`, least: 3 };
			goals.push(timesLess(goal, valuesOf(rowOf(rows, names.openCv), 'wallMs'), valuesOf(rowOf(rows, name), 'wallMs')));
		}
		if (quick) return { heats, goals };
		const readers = await Promise.all(
			(['opencv', 'torchcodec'] as const).map(reader => pythonReader(reader, clip, 'png', { step })),
		);
		const files = await inTurn([...readers, framesCommand(clip, 'png', [], step)], rounds);
		heats.push({ name: `PNG files, ${wanted} of ${clip.frames} frames`, ...about, rows: files });
		const peer = bestOf(
			files.filter(row => !row.isOwn),
			workOf,
		);
		const goal = {
			id: 'sparse files',
			text: `PNG files: time, best peer (${peer?.name ?? 'none'}) / framefan frames`,
			least: 3,
		};
		goals.push(timesLess(goal, workOf(peer), workOf(rowOf(files, 'framefan frames'))));
		return { heats, goals };
	},
};

/** A few labelled frames of a video that is far too long to be fetched. */
export const random: Race = {
	id: 'random',
	title: '20 random frames of an hour-long file over HTTP',
	about: [
		'An hour of 720p H.264, 108,000 frames, on the server, of which 20 random ones are labelled: a sampling of the',
		'annotated frames, with labels. torchcodec and OpenCV read the same frames from the file on a plain server and write',
		'them as PNG; they know neither server nor labels. Loopback has no latency and no limit: elsewhere the bytes decide.',
	].join(' '),
	inQuick: false,
	environments: ['sdk', 'readers', 'torch'],
	run: async ({ rounds }) => run(await repeatedClip(60, await generatedClip('720p', 'H.264', 1800)), rounds),
};

async function run(clip: Clip, rounds: number): Promise<Outcome> {
	const { between } = makeRandom(12);
	const indices = Array.from({ length: 20 }, () => Math.floor(between(0, clip.frames))).sort((a, b) => a - b);
	const who = await samplers(clip, { annotated: true }, { frames: 20, labelled: indices, withDecord: false });
	// They have no token for the server's own files.
	const server = await serveFile(clip.path);
	const at = { path: server.url.href, frames: clip.frames };
	const readers = (['opencv', 'torchcodec'] as const).map(async (reader): Promise<Contestant> => {
		const contestant = await pythonReader(reader, at, 'png', { indices });
		return {
			...contestant,
			run: async () => {
				const before = server.count.bytes;
				const sample = await contestant.run();
				return { ...sample, bytesRead: server.count.bytes - before };
			},
		};
	});
	const rows = await inTurn([...who, ...(await Promise.all(readers))], rounds);
	server.close();
	const heats: Heat[] = [{ name: `20 of ${clip.frames} frames`, frames: 20, origin: clip.origin, rows }];
	const own = rowOf(rows, names.library);
	const wall = (name: string) => valuesOf(rowOf(rows, name), 'wallMs');
	const goals: Goal[] = [
		timesLess(
			{ id: 'random sdk', text: 'wall time, SDK / library', least: 30 },
			wall(names.openCv),
			wall(names.library),
		),
		timesLess(
			{ id: 'random sdk command', text: 'wall time, SDK / framefan sample', least: 30 },
			wall(names.openCv),
			wall(names.command),
		),
	];
	for (const name of ['OpenCV', 'torchcodec']) {
		const goal = { id: `random ${name}`, text: `time, ${name} / library with its labels and uploads`, least: 3 };
		goals.push(timesLess(goal, workOf(rowOf(rows, name)), workOf(own)));
	}
	const needed = await neededBytes(clip.path, indices);
	const read = valuesOf(own, 'bytesRead');
	const bytes = {
		id: 'random bytes',
		text: 'bytes read, as part of those of the groups needed',
		most: 1.1,
		unit: '×',
	} as const;
	goals.push({ ...bytes, measured: read.length ? spreadOf(read).median / needed : null });
	const mib = (needed / 2 ** 20).toFixed(1);
	return { heats, goals, notes: [`The groups needed, from the key frame to the last wanted one, have ${mib} MiB.`] };
}
