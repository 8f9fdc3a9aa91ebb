import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tinyClip } from '../clips.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { spreadOf } from '../measure/statistics.ts';
import { command, inFolder } from '../paths.ts';
import { writeBenchProject } from '../project.ts';
import type { Outcome, Race } from '../race.ts';
import { startBenchServer } from '../server.ts';

/** How long a user waits for the first image of a small project. */
export const start: Race = {
	id: 'start',
	title: 'First image',
	about: [
		'A project of one video of 60 frames, 64 × 36, sampled again and again into new projects, after a first sampling that',
		'does not count: time from the start of the command until the server is asked to add the first image.',
	].join(' '),
	inQuick: false,
	environments: [],
	run: ({ rounds }) => firstImage(rounds),
};

async function firstImage(rounds: number): Promise<Outcome> {
	const clip = await tinyClip(60);
	const first: number[] = [];
	const whole: number[] = [];
	const cpu: number[] = [];
	await inFolder(async folder => {
		await writeBenchProject(join(folder, 'project'), clip);
		const server = await startBenchServer(join(folder, 'server'), join(folder, 'project'));
		const watched = await watch(server.address, '/images.bulk.add');
		const sample = async (name: string) => {
			const started = performance.now();
			const seen = watched.next();
			const where = ['--server', watched.address, '--project', server.project, '--data', join(folder, 'data')];
			const usage = await runMeasured({
				program: process.execPath,
				args: [command, 'sample', ...where, '--name', name],
				env: { SUPERVISELY_API_TOKEN: server.token },
			});
			return { ...usage, firstMs: (await seen) - started };
		};
		try {
			await sample('warm');
			for (let round = 1; round <= rounds; round++) {
				const { firstMs, wallMs, cpuMs } = await sample(`round ${round}`);
				console.log(`  ${round}/${rounds}  first image: ${Math.round(firstMs)} ms, whole: ${Math.round(wallMs)} ms`);
				first.push(firstMs);
				whole.push(wallMs);
				cpu.push(cpuMs);
			}
		} finally {
			watched.close();
			server.close();
		}
	});
	const { median, least, most } = spreadOf(first);
	const seconds = (values: number[]) => (spreadOf(values).median / 1000).toFixed(2);
	return {
		heats: [],
		goals: [
			{
				...{ id: 'start first', text: 'framefan sample, warm: time until the first image', most: 1500 },
				...{ measured: median, range: [least, most], unit: 'ms' as const },
			},
		],
		tables: [
			{
				name: 'framefan sample, 60 frames of 64 × 36: medians',
				columns: ['first image s', 'whole command s', 'processor s'],
				rows: [[seconds(first), seconds(whole), seconds(cpu)]],
			},
		],
	};
}

/** Passes requests on to a server. `next` is when the next request comes whose path ends like this. */
async function watch(address: string, ending: string) {
	const to = new URL(address);
	let tell = (_at: number) => {};
	const server = createServer((asked, answer) => {
		if (asked.url?.endsWith(ending)) tell(performance.now());
		const passed = request(
			{ hostname: to.hostname, port: to.port, path: asked.url, method: asked.method, headers: asked.headers },
			got => {
				answer.writeHead(got.statusCode ?? 502, got.headers);
				got.pipe(answer);
			},
		);
		passed.on('error', () => answer.destroy());
		asked.pipe(passed);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		next: () =>
			new Promise<number>(resolve => {
				tell = resolve;
			}),
		close: () => void server.close(),
	};
}
