import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startSuperviselyServer } from '#demo/server/server.ts';
import { compiledProgram } from '#test/compiled-program.ts';
import { call, imagesProject, ok, png, serve, temporaryFolder, upload } from '#test/supervisely-server.ts';

const script = fileURLToPath(new URL('../../support/supervisely-server-process.ts', import.meta.url));

/** The server as a process of its own. `kill` is SIGKILL. */
async function serveInProcess(dataDir: string) {
	const program = await compiledProgram(script);
	const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
	onTestFinished(() => void child.kill('SIGKILL'));
	const [line] = await once(child.stdout, 'data');
	const where = JSON.parse(String(line)) as { address: string; token: string };
	return {
		...where,
		kill: async () => {
			const gone = once(child, 'exit');
			child.kill('SIGKILL');
			await gone;
		},
	};
}

test('everything is there after a restart, and ids go on', async () => {
	const dataDir = await temporaryFolder();
	const first = await serve(dataDir);
	const { projectId, datasetId, imageId } = await imagesProject(first);
	const label = { classTitle: 'a point', geometryType: 'point', points: { exterior: [[1.5, 2.5]], interior: [] } };
	const annotation = { size: { width: 64, height: 48 }, tags: [], objects: [label] };
	await ok(first, 'annotations.bulk.add', { datasetId, annotations: [{ imageId, annotation }] });
	const asked = [
		['projects.info', { id: projectId }],
		['projects.meta', { id: projectId }],
		['datasets.info', { id: datasetId }],
		['images.info', { id: imageId }],
		['annotations.info', { imageId }],
	] as const;
	const look = async (server: typeof first) => {
		const answers = await Promise.all(asked.map(([method, body]) => ok(server, method, body)));
		return JSON.parse(JSON.stringify(answers).replaceAll(server.address, 'http://server'));
	};
	const before = await look(first);
	await first.close();
	const second = await serve(dataDir);
	expect(second.token).toBe(first.token);
	expect(await look(second)).toEqual(before);
	const later = await ok(second, 'datasets.add', { projectId, name: 'later' });
	expect(later.id).toBeGreaterThan(before[4].annotation.objects[0].id);
	const image = await fetch(`${second.address}${before[3].pathOriginal}`, { headers: { 'x-api-key': second.token } });
	expect((await image.arrayBuffer()).byteLength).toBe(before[3].size);
});

test('removed images are gone with their labels, also after a restart; their names are free', async () => {
	const dataDir = await temporaryFolder();
	const first = await serve(dataDir);
	const { datasetId, imageId, hash } = await imagesProject(first);
	const [other] = await ok(first, 'images.bulk.add', { datasetId, images: [{ title: 'two.png', hash }] });
	// All or none.
	expect(await call(first, 'images.bulk.remove', { imageIds: [imageId, 999_999] })).toMatchObject({ status: 404 });
	expect((await ok(first, 'images.list', { datasetId })).total).toBe(2);
	await ok(first, 'images.bulk.remove', { imageIds: [imageId] });
	const look = async (server: typeof first) => {
		expect((await ok(server, 'images.list', { datasetId })).entities).toMatchObject([{ id: other.id }]);
		expect(await call(server, 'images.info', { id: imageId })).toMatchObject({ status: 404 });
		expect((await ok(server, 'datasets.info', { id: datasetId })).itemsCount).toBe(1);
	};
	await look(first);
	await first.close();
	const second = await serve(dataDir);
	await look(second);
	const [again] = await ok(second, 'images.bulk.add', { datasetId, images: [{ title: 'one.png', hash }] });
	expect(again.id).not.toBe(imageId);
});

test('what was answered survives a SIGKILL in the middle of work', async () => {
	const dataDir = await temporaryFolder();
	const first = await serveInProcess(dataDir);
	const project = await ok(first, 'projects.add', { name: 'p', workspaceId: 1, type: 'images' });
	const dataset = await ok(first, 'datasets.add', { projectId: project.id, name: 'd' });
	const answered: number[] = [];
	const work = async (worker: number) => {
		for (let i = 0; ; i++) {
			const [{ hash }] = (await upload(first, [await png(worker + 1, i + 1)])).body;
			const [image] = await ok(first, 'images.bulk.add', {
				datasetId: dataset.id,
				images: [{ title: `${worker}-${i}.png`, hash }],
			});
			answered.push(image.id);
		}
	};
	const workers = [0, 1, 2, 3].map(worker => work(worker).catch(() => {}));
	while (answered.length < 60) await new Promise(resolve => setTimeout(resolve, 5));
	await first.kill();
	await Promise.all(workers);

	const second = await serve(dataDir);
	const listed = await ok(second, 'images.list', { datasetId: dataset.id, per_page: 10_000 });
	const there = new Set(listed.entities.map((each: { id: number }) => each.id));
	expect(answered.filter(id => !there.has(id))).toEqual([]);
	for (const { id, size } of listed.entities) {
		const response = await fetch(`${second.address}/public/api/v3/images.download?id=${id}`, {
			headers: { 'x-api-key': second.token },
		});
		expect((await response.arrayBuffer()).byteLength).toBe(size);
	}
	expect(await readdir(join(dataDir, 'blobs', 'incoming'))).toEqual([]);
});

test('a torn last line of the journal is forgotten', async () => {
	const dataDir = await temporaryFolder();
	const first = await serve(dataDir);
	const { projectId } = await imagesProject(first);
	await first.close();
	await appendFile(join(dataDir, 'journal.jsonl'), '{"next":99,"put":[["project",{"id":98,"na');
	const second = await serve(dataDir);
	expect(second.projects().map(each => each.id)).toEqual([projectId]);
	await ok(second, 'projects.add', { name: 'after', workspaceId: 1 });
	await second.close();
	expect((await serve(dataDir)).projects().map(each => each.name)).toEqual(['pictures', 'after']);
});

test('a journal damaged in the middle is an error that names the line', async () => {
	const dataDir = await temporaryFolder();
	await (await serve(dataDir)).close();
	const file = join(dataDir, 'journal.jsonl');
	await writeFile(file, `${await readFile(file, 'utf8')}what?\n{"next":5,"put":[]}\n`);
	await expect(startSuperviselyServer({ dataDir })).rejects.toThrow(/journal\.jsonl:2: damaged/);
});

test('a second server on the same folder is refused while the first lives, and only then', async () => {
	const dataDir = await temporaryFolder();
	const first = await serveInProcess(dataDir);
	await expect(startSuperviselyServer({ dataDir })).rejects.toThrow(`already being served at ${first.address}`);
	await first.kill();
	const second = await serve(dataDir);
	expect((await call(second, 'projects.list', {})).status).toBe(200);
});
