import { settings } from '../../../infra/settings.ts';
import { valuesOf, workOf } from '../measure/compare.ts';
import type { Goal, Race, Table } from '../race.ts';
import { readResult } from '../results.ts';
import { awsLimits, type Scenario } from '../simulation/scenario.ts';
import { type Simulated, simulate } from '../simulation/simulate.ts';
import { names } from './sampling.ts';

const hours = 10_000;
const framesPerSecond = 30;
const widths = [10, 20, 50, 100, 200, 500, 1000];
/** Images that the server takes in at one time: as many as it has cores, each as fast as the one that was measured. */
const servers = { 'server of 64 cores': 64, 'server of 512 cores': 512, 'server without limit': 1e9 };

/** What was measured of 1080p H.264, or what it was once, where there are no results yet. */
type Measured = { perImage: number[]; perPicture: number[]; atServer: number[]; bytesPerImage: number };

/** 10,000 hours of video on AWS, which nobody pays for a table. */
export const simulation: Race = {
	id: 'simulation',
	title: `Simulation: ${hours.toLocaleString('en')} hours of video on AWS`,
	about: [
		'A seeded model, event by event, of the stack as it is deployed: half-hour videos of 1080p H.264 at 30 frames a second,',
		`chunks of 200 frames, decode functions of ${settings.decode.memoryMiB} MiB (two cores, as on the machine that was measured).`,
		'For each chunk one of the measured times a frame is drawn, of the races "limit" and "sampling"; a function on Lambda',
		'may be faster or slower. 0.5 % of the deliveries fail halfway and 0.1 % come twice; a queue begins with 5 deliveries at',
		'a time and adds 300 a minute; S3 takes 3,500 writes and 5,500 reads a second; the server is a line of as many cores as',
		'are named, each as fast as the one measured. All of that is in `test/bench/simulation`; nothing of it was run on AWS.',
	].join(' '),
	inQuick: true,
	environments: [],
	run: async ({ quick }) => {
		const measured = findMeasured();
		const tables: Table[] = [];
		const goals: Goal[] = [];
		const amounts = quick
			? [{ step: 3000, name: 'every 100 s' }]
			: [
					{ step: 1, name: 'every frame' },
					{ step: 30, name: 'one frame a second' },
				];
		for (const { step, name } of amounts) {
			const runs = Object.entries(servers).map(([server, parallel]) => ({
				server,
				results: widths.map(width => simulate(scenarioOf(measured, { step, width, parallel }))),
			}));
			tables.push(timesTable(name, runs), billTable(name, runs));
			const all = runs.flatMap(({ results }) => results);
			const lost = all.filter(({ chunks, done, givenUp }) => chunks !== done + givenUp).length;
			const text = `${name}: simulations in which a chunk was lost or done twice`;
			goals.push({ id: `simulation ${name}`, text, measured: lost, most: 0, unit: '×' });
		}
		return { heats: [], goals, tables };
	},
};

function findMeasured(): Measured {
	const heatOf = (race: string, part: string) => readResult(race)?.heats.find(({ name }) => name.includes(part));
	const perFrame = (values: number[], frames: number) => values.map(value => value / 1000 / frames);
	const limit = heatOf('limit', '1080p');
	const library = limit?.rows.find(({ name }) => name.startsWith('library'));
	const pipe = limit?.rows.find(({ isOwn }) => !isOwn);
	const sampled = heatOf('sampling', '720p H.264');
	const client = sampled?.rows.find(({ name }) => name === names.library);
	const orElse = (values: number[], otherwise: number[]) => (values.length ? values : otherwise);
	const bytes = valuesOf(library, 'bytesWritten')[0];
	return {
		perImage: orElse(perFrame(workOf(library), limit?.frames ?? 1), [0.014, 0.015, 0.017]),
		perPicture: orElse(perFrame(workOf(pipe), limit?.frames ?? 1), [0.009, 0.01, 0.012]),
		// A picture of 1080p has 2.25 times the bytes of the one that was sampled.
		atServer: orElse(perFrame(valuesOf(client, 'serverCpuMs'), (sampled?.frames ?? 1) / 2.25), [0.012, 0.014]),
		bytesPerImage: bytes ? bytes / (limit?.frames ?? 1) : 2.9e6,
	};
}

function scenarioOf(measured: Measured, at: { step: number; width: number; parallel: number }): Scenario {
	const framesPerVideo = (1800 * framesPerSecond) / at.step;
	// Pictures that are only passed by are decoded, up to a whole group of them for each frame.
	const passed = Math.min(at.step, 250) - 1;
	const secondsPerFrame = measured.perImage.flatMap(image =>
		measured.perPicture.map(picture => image + passed * picture),
	);
	const { decode, fanOut, reduce } = settings;
	return {
		seed: 12,
		videos: hours * 2,
		framesPerVideo,
		framesPerChunk: 200,
		width: at.width,
		decode: { memoryMiB: decode.memoryMiB, secondsPerFrame, startSeconds: 0.4, coldStartSeconds: 0.8 },
		fanOut: { memoryMiB: fanOut.memoryMiB, width: fanOut.maxConcurrency, secondsPerVideo: 2 },
		reduce: { memoryMiB: reduce.memoryMiB, width: reduce.maxConcurrency, secondsPerBatch: 0.3, batch: 10 },
		server: { parallel: at.parallel, secondsPerImage: measured.atServer },
		...{ failing: 0.005, doubled: 0.001, bytesPerImage: measured.bytesPerImage, limits: awsLimits },
	};
}

type Runs = { server: string; results: Simulated[] }[];

function timesTable(name: string, runs: Runs): Table {
	const inHours = (seconds: number) => Number((seconds / 3600).toPrecision(3));
	return {
		name: `${name}: hours until all is done, and what binds`,
		columns: ['width', ...runs.map(({ server }) => server)],
		rows: widths.map((width, i) => [
			width,
			...runs.map(({ results }) => {
				const { seconds, bound } = results[i] as Simulated;
				return `${inHours(seconds).toLocaleString('en')} (${bound})`;
			}),
		]),
		chart: {
			title: `${hours.toLocaleString('en')} hours of video, ${name}`,
			xLabel: 'decode functions at one time',
			yLabel: 'hours',
			lines: runs.map(({ server, results }) => ({
				name: server,
				points: results.map(({ seconds }, i) => [widths[i] as number, inHours(seconds)]),
			})),
		},
	};
}

function billTable(name: string, runs: Runs): Table {
	const million = (count: number) => Number((count / 1e6).toPrecision(3)).toLocaleString('en');
	const dollars = (amount: number) => `$${Math.round(amount).toLocaleString('en')}`;
	return {
		name: `${name}: dollars and requests; who waits for a server is paid for`,
		columns: [
			...['width', ...runs.map(({ server }) => `Lambda, ${server}`), 'SQS', 'S3', 'to the internet'],
			...['Lambda requests (M)', 'SQS (M)', 'S3 writes (M)', 'S3 reads (M)', 'to the server (M)', 'images (M)'],
		],
		rows: widths.map((width, i) => {
			const each = runs.map(({ results }) => results[i] as Simulated);
			const { bill, usage, frames } = each[0] as Simulated;
			const counts = [
				usage.lambdaRequests,
				usage.sqsRequests,
				usage.s3Writes,
				usage.s3Reads,
				usage.serverRequests,
				frames,
			];
			return [
				...[
					width,
					...each.map(one => dollars(one.bill.lambda)),
					dollars(bill.sqs),
					dollars(bill.s3),
					dollars(bill.out),
				],
				...counts.map(million),
			];
		}),
	};
}
