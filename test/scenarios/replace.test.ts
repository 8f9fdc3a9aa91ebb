import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SuperviselyClient, sampleVideoProject } from '#library/index.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { tiny, writeTinyVideoProject } from '#test/tiny-video-project.ts';

type Image = { id: number; name: string; width: number; height: number; labelsCount: number };

/** A server with the tiny project, and a sampling of it in half its size. */
const start = async (settings = {}) => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const { id: source } = await server.importVideoProject(folder);
	const client = new SuperviselyClient(server.address, server.token);
	const small = { step: 6, resize: [60, 80] as [number, number], ...settings };
	const { destination } = await sampleVideoProject(client, source, small);
	const sample = (more: object) =>
		sampleVideoProject(client, source, { step: 6, ...more }, { destinationProjectId: destination.id });
	const images = async (): Promise<Image[]> => {
		const { entities } = await ok(server, 'images.list', { projectId: destination.id, recursive: true });
		return (entities as Image[]).sort((a, b) => (a.name < b.name ? -1 : 1));
	};
	/** Sizes of images, and those that their labels are for. */
	const sizes = async (): Promise<string[]> => {
		const found = (await images()).map(async ({ id, width, height }) => {
			const { size } = (await ok(server, 'annotations.info', { imageId: id })).annotation;
			return [`${width}x${height}`, `${size.width}x${size.height}`];
		});
		return [...new Set((await Promise.all(found)).flat())];
	};
	return { server, source, small, destination, sample, images, sizes };
};
const clean = { faults: [], faultCount: 0 };

test('images in another size stay, with a note; with replace they are made anew, once', async () => {
	const { source, sample, images, sizes, small } = await start();
	const before = await images();
	expect(await sizes()).toEqual(['80x60']);
	const other = await sample({});
	expect(other).toMatchObject({ ...clean, framesUploaded: 0, framesAlreadyThere: 10 });
	expect(other.notes).toHaveLength(2);
	expect(other.notes[0]).toMatch(
		/^Video \d+ \(first\.mp4\): 5 images of 80 x 60 pixels are kept, these settings give 160 x 120: use replace \(--replace\) to upload them again$/,
	);
	expect(await images()).toEqual(before);
	expect((await sample({ ...small, replace: true })).notes).toEqual([]);
	expect(await images()).toEqual(before);

	const replaced = await sample({ replace: true });
	expect(replaced).toMatchObject({ ...clean, framesPlanned: 10, framesUploaded: 10, framesAlreadyThere: 0 });
	expect(replaced.notes[0]).toMatch(/5 images of 80 x 60 pixels are replaced by images of 160 x 120$/);
	expect(await sizes()).toEqual([`${tiny.width}x${tiny.height}`]);
	const after = await images();
	expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
	expect(after.map(({ labelsCount }) => labelsCount)).toEqual(before.map(({ labelsCount }) => labelsCount));
	expect(after.filter(({ id }) => before.some(image => image.id === id))).toEqual([]);

	expect(await sample({ replace: true })).toMatchObject({
		...clean,
		framesUploaded: 0,
		framesAlreadyThere: 10,
		notes: [],
	});
	expect(await images()).toEqual(after);
	expect(source).toBeGreaterThan(0);
});

test('only what has another size is replaced, and new frames come beside it', async () => {
	const { sample, images } = await start();
	await sample({ start: 12, end: 20, replace: true });
	const replaced = (await images()).filter(({ width }) => width === tiny.width);
	expect(replaced.map(({ name }) => name)).toEqual(
		['first.mp4', 'second.mkv'].flatMap(video => [12, 18].map(frame => `${video}_frame_${frame}.png`)),
	);
	expect(await sample({ step: 3, replace: true })).toMatchObject({
		...{ ...clean, framesPlanned: 20, framesUploaded: 16, framesAlreadyThere: 4 },
	});
	expect((await images()).filter(({ id }) => replaced.some(image => image.id === id))).toEqual(replaced);
});

test('where no labels are copied, images that have some stay; bare ones are replaced', async () => {
	const labelled = await start();
	const kept = await labelled.images();
	const alone = { copyAnnotations: false, replace: true };
	const sampled = await labelled.sample(alone);
	expect(sampled).toMatchObject({ ...clean, framesUploaded: 0, framesAlreadyThere: 10 });
	expect(sampled.notes[0]).toMatch(
		/5 images of 80 x 60 pixels are kept although these settings give 160 x 120: they may have labels/,
	);
	expect(await labelled.images()).toEqual(kept);

	const bare = await start({ copyAnnotations: false });
	expect(await bare.sample(alone)).toMatchObject({ ...clean, framesUploaded: 10 });
	expect(await bare.sizes()).toEqual(['160x120']);
});

test('what dies between the old image and the new one is healed by any later sampling', async () => {
	const { server, sample, images, sizes } = await start();
	server.setFaults([{ match: 'images.bulk.add', share: 1, action: { status: 400 } }]);
	const cut = await sample({ replace: true });
	expect(cut).toMatchObject({ framesUploaded: 0, faultCount: 10 });
	expect(await images()).toHaveLength(0);
	server.setFaults([]);
	expect(await sample({})).toMatchObject({ ...clean, framesUploaded: 10 });
	expect(await sizes()).toEqual(['160x120']);
});

test('an answer that is lost, or a removal that is refused, costs nothing', async () => {
	const { server, sample, images, sizes } = await start();
	server.setFaults([{ match: 'images.bulk.remove', share: 0.5, seed: 2, action: { cutBody: true } }]);
	expect(await sample({ replace: true })).toMatchObject({ ...clean, framesUploaded: 10 });
	expect(await sizes()).toEqual(['160x120']);
	const before = await images();
	server.setFaults([{ match: 'images.bulk.remove', share: 1, action: { status: 400 } }]);
	const refused = await sample({ resize: [30, 40], replace: true });
	expect(refused).toMatchObject({ framesUploaded: 0, faultCount: 10 });
	expect(refused.faults[0]).toMatchObject({ reason: 'refused', message: expect.stringContaining('images.bulk.add') });
	expect(await images()).toEqual(before);
});

test('the command does the same', async () => {
	const { bench, env } = await openDeployment();
	onTestFinished(() => bench.close());
	const run = async (...options: string[]) => {
		const args = ['sample', '--api', bench.stack.httpUrl, '--project', String(bench.source), '--step', '6', '--json'];
		const { code, stdout, stderr } = await runFramefan([...args, ...options], env);
		expect(code, stderr).toBe(0);
		return lastJson(stdout);
	};
	const { destination } = (await run('--resize', '60x80')) as { destination: { id: number } };
	const into = ['--into', String(destination.id)];
	expect((await run(...into)).notes).toContainEqual(
		expect.stringMatching(/80 x 60 .* 160 x 120: use replace \(--replace\)/),
	);
	expect(await run(...into, '--replace')).toMatchObject({ framesUploaded: 10, faults: [] });
	const { entities } = await ok(bench.server, 'images.list', { projectId: destination.id, recursive: true });
	expect(new Set((entities as Image[]).map(({ width, height }) => `${width}x${height}`))).toEqual(new Set(['160x120']));
});
