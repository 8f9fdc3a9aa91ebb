import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoVideos, makeDemoProject } from '#demo/project/make-project.ts';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import type { LocalStack } from '#local/stack.ts';
import { type AsOnLambda, asOnLambda } from '#test/as-on-lambda/launch.ts';
import { checkDemoResult } from '#test/check-demo-result.ts';
import { until } from '#test/framefan-command.ts';
import { lambdaNodes, runtimePrograms } from '#test/runtime-programs.ts';
import { startStack } from '#test/stack-process.ts';
import { type ApiClient, makeApiClient } from '../../cli/api-client.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';

const programs = await runtimePrograms();
const reason = 'unavailable' in programs ? programs.unavailable : undefined;
if (reason) console.error(`\nNOT RUN: samplings under Lambda's runtime. ${reason}\n`);

let data: string;
let server: SuperviselyServer;
let source: number;
beforeAll(async () => {
	data = mkdtempSync(join(tmpdir(), 'framefan-runtime-'));
	server = await startSuperviselyServer({ dataDir: join(data, 'server') });
	source = (await server.importVideoProject(await makeDemoProject(data))).id;
});
afterAll(async () => {
	await server?.close();
	rmSync(data, { recursive: true, force: true });
});

const step = 20;
const wanted = ({ frames }: { frames: number }) =>
	Array.from({ length: Math.ceil(frames / step) }, (_, at) => at * step);
const count = demoVideos.reduce((sum, video) => sum + wanted(video).length, 0);

describe.skipIf(reason).each(lambdaNodes)('the deployed functions on Node %s, as on Lambda', version => {
	let lambda: AsOnLambda;
	let stack: LocalStack;
	let api: ApiClient;
	let dataDir: string;
	beforeAll(async () => {
		if ('unavailable' in programs) return;
		dataDir = join(data, `stack-${version}`);
		lambda = asOnLambda({ node: programs.nodes[version], client: programs.client });
		const { address, token } = server;
		const options = { dataDir, server: address, token, parameters: {}, environment: {} };
		stack = await startStack(options, { launch: lambda.launch });
		api = makeApiClient(stack);
	});
	afterAll(async () => {
		await stack?.close();
		lambda?.close();
	});

	/** Samples the demo project to its end. */
	const sample = async (name: string, settings: object): Promise<SamplingStatus> => {
		const { id } = await api.start({ source: { projectId: source }, destination: { name }, settings });
		let status: SamplingStatus | undefined;
		const hasEnded = async () => {
			status = await api.status(id);
			return status.state !== 'running';
		};
		await until(hasEnded, 90, `sampling ${name} had ended`);
		return status as SamplingStatus;
	};

	test('every frame is the one its name says, with its labels', async () => {
		const { destination, ...status } = await sample(`exact on ${version}`, { step });
		expect(status).toMatchObject({ state: 'completed', framesUploaded: count, faults: [] });
		const folder = join(data, `exact-${version}`);
		await server.exportImagesProject(destination?.id as number, folder);
		expect(await checkDemoResult(folder, wanted)).toEqual({ images: count, labels: status.labels });
	});

	test('JPEG images are made by the layer with sharp', async () => {
		const settings = { step, format: 'jpg', resize: [180, null] };
		expect(await sample(`jpg on ${version}`, settings)).toMatchObject({
			...{ state: 'completed', framesUploaded: count, faults: [] },
		});
	});

	test('all four functions ran, within their memory, and none had a failure to log', () => {
		const sandboxes = Object.entries(stack.sandboxes());
		expect(sandboxes.map(([name]) => name.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
			...['Api', 'Decode', 'FanOut', 'Reduce'],
		]);
		for (const [name, pids] of sandboxes) expect(pids, name).not.toEqual([]);
		const logs = readdirSync(join(dataDir, 'logs')).filter(name => !name.startsWith('http-api'));
		for (const log of logs) {
			const lines = readFileSync(join(dataDir, 'logs', log), 'utf8')
				.split('\n')
				.filter(Boolean);
			// Metrics have no level.
			const levels = lines.map(line => (JSON.parse(line) as { level?: string }).level ?? 'metric');
			expect(
				levels.filter(level => level !== 'INFO' && level !== 'metric'),
				`${log}: ${lines.join('\n')}`,
			).toEqual([]);
		}
		console.log(`most memory on Node ${version}, in MiB: ${JSON.stringify(lambda.peaks())}`);
	});
});
