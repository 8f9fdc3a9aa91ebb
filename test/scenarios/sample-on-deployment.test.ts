import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { checkDemoResult } from '#test/check-demo-result.ts';
import { demoProject } from '#test/demo-project.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import type { Workbench } from '#test/workbench.ts';

const data = mkdtempSync(join(tmpdir(), 'framefan-sample-'));
let bench: Workbench;
let server: SuperviselyServer;
let source: number;
let project: string;
let env: Record<string, string>;

beforeAll(async () => {
	({ bench, env } = await openDeployment());
	// The deployment has a token of its own.
	env = { ...env, SUPERVISELY_API_TOKEN: '' };
	server = bench.server;
	project = await demoProject();
	source = (await server.importVideoProject(project)).id;
});
afterAll(async () => {
	await bench.close();
	rmSync(data, { recursive: true, force: true });
});

const run = async (from: number, ...options: string[]) => {
	const where = ['sample', '--api', bench.stack.httpUrl, '--json', '--project', String(from)];
	const finished = await runFramefan([...where, ...options], env);
	expect(finished.code, finished.stderr).toBe(0);
	return lastJson(finished.stdout);
};

describe('into an existing project', () => {
	test('a second run uploads nothing, writes no labels and reads no byte of a video', async () => {
		const { destination } = (await run(source, '--step', '40')) as { destination: { id: number } };
		const uploads = () => server.counters()['images.bulk.upload']?.requests ?? 0;
		const videoBytes = () => server.counters().files?.bytesOut ?? 0;
		const [uploadsBefore, bytesBefore] = [uploads(), videoBytes()];
		expect(bytesBefore).toBeGreaterThan(0);
		const labelsWritten = () => server.counters()['annotations.bulk.add']?.requests ?? 0;
		const labelsBefore = labelsWritten();
		expect(await run(source, '--step', '40', '--into', String(destination.id))).toMatchObject({
			...{ state: 'completed', framesUploaded: 0, framesAlreadyThere: 38 },
		});
		expect(uploads()).toBe(uploadsBefore);
		expect(videoBytes()).toBe(bytesBefore);
		expect(labelsWritten()).toBe(labelsBefore);
	});

	test('where the server gives no ranges, each file is fetched once and read from its copy', async () => {
		// Of its own, since no index of a file may be known.
		const { id } = await server.importVideoProject(project, { name: 'without ranges' });
		server.setFaults([{ match: 'files', share: 1, action: { refuseRanges: true } }]);
		try {
			const before = server.counters().files?.bytesOut ?? 0;
			const result = (await run(id, '--step', '30')) as {
				destination: { id: number };
				framesPlanned: number;
				framesUploaded: number;
			};
			expect(result).toMatchObject({ state: 'completed', faults: [] });
			expect(result.framesUploaded).toBe(result.framesPlanned);
			const folder = join(data, 'copies-out');
			await server.exportImagesProject(result.destination.id, folder);
			await checkDemoResult(folder, ({ frames }) => Array.from({ length: Math.ceil(frames / 30) }, (_, at) => at * 30));
			// The first answer to a range is left when it turns out to be the whole file: some of it has gone out by then.
			const sizes = readdirSync(project, { recursive: true, encoding: 'utf8' })
				.filter(name => /[/]video[/][^/]+$/.test(name))
				.reduce((sum, name) => sum + statSync(join(project, name)).size, 0);
			expect(sizes).toBeGreaterThan(100_000);
			expect((server.counters().files?.bytesOut ?? 0) - before).toBeLessThan(2.2 * sizes);
		} finally {
			server.setFaults([]);
		}
	});
});

describe('what is taken', () => {
	const datasetId = async (name: string) => {
		const response = await fetch(`${server.address}/public/api/v3/datasets.list`, {
			method: 'POST',
			headers: { 'x-api-key': server.token, 'content-type': 'application/json' },
			body: JSON.stringify({ projectId: source, recursive: true }),
		});
		const { entities } = (await response.json()) as { entities: { id: number; name: string }[] };
		return String(entities.find(dataset => dataset.name === name)?.id);
	};

	test('one dataset without those below it', async () => {
		expect(await run(source, '--dataset', await datasetId('street'), '--step', '50')).toMatchObject({
			framesUploaded: 8 + 8,
		});
	});
	test('one dataset with those below it', async () => {
		const result = await run(source, '--dataset', await datasetId('street'), '--nested', '--step', '50');
		expect(result).toMatchObject({ framesUploaded: 8 + 8 + 8 });
	});
	test('a nested dataset alone, mirrored in its place', async () => {
		const result = await run(source, '--dataset', await datasetId('phone'), '--step', '90');
		expect(result).toMatchObject({ framesUploaded: 4 });
		const folder = join(data, 'nested');
		await server.exportImagesProject((result.destination as { id: number }).id, folder);
		expect(readdirSync(join(folder, 'street', 'datasets', 'phone', 'datasets', 'rotated.mp4', 'img'))).toHaveLength(4);
	});
	test('only annotated frames, without labels', async () => {
		const result = await run(source, '--annotated', '--no-labels', '--step', '30');
		expect(result).toMatchObject({ framesUploaded: 47, labels: 0 });
	});
});
