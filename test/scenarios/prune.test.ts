import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDeployment } from '#test/deployment.ts';
import { runFramefan } from '#test/framefan-command.ts';
import { ok, png, temporaryFolder, upload } from '#test/supervisely-server.ts';
import type { Workbench } from '#test/workbench.ts';

let bench: Workbench;
let env: Record<string, string>;
beforeAll(async () => {
	({ bench, env } = await openDeployment());
});
afterAll(() => bench.close());

type Image = { id: number; name: string; datasetId: number; meta: { frame_index?: number; video_id?: number } };

const framesPer = (images: Image[]): Record<string, number[]> => {
	const frames: Record<string, number[]> = {};
	for (const { name, meta } of images) {
		const video = name.replace(/_frame_.*/, '');
		frames[video] = [...(frames[video] ?? []), meta.frame_index ?? -1].sort((a, b) => a - b);
	}
	return frames;
};

const prune = async (id: string, ...options: string[]) => {
	const { stack, server } = bench;
	const run = await runFramefan(['prune', id, '--api', stack.httpUrl, '--server', server.address, ...options], env);
	expect(run.stdout + run.stderr).not.toContain(server.token);
	return run;
};

const sample = async (settings: object, destination: object, source: object = {}) => {
	const { api } = bench;
	const { id } = await api.start({ source: { projectId: bench.source, ...source }, destination, settings });
	return bench.ended(id);
};

const split = { train: 0.5, val: 0.5, test: 0 };

const imagesOf = async (project: number): Promise<Image[]> =>
	(await ok(bench.server, 'images.list', { projectId: project, recursive: true })).entities;

test('prune lists what is not taken, and removes it when told to, but not what people made', async () => {
	const before = await sample({ step: 6, split }, { name: 'pruned' });
	const project = before.destination?.id as number;
	const after = await sample({ step: 10 }, { projectId: project });
	expect(after.notes.filter(note => /not selected by these settings/.test(note))).toHaveLength(2);
	const all = await imagesOf(project);
	const both = [0, 6, 10, 12, 18, 20, 24];
	expect(framesPer(all)).toEqual({ 'first.mp4': both, 'second.mkv': both });

	// A person takes a label away from one frame, tags another, and uploads a picture with the name of a frame.
	const at = (video: string, frame: number) =>
		all.find(({ name, meta }) => name.startsWith(video) && meta.frame_index === frame) as Image;
	const [edited, tagged] = [at('first.mp4', 6), at('second.mkv', 12)];
	const { annotation } = await ok(bench.server, 'annotations.info', { imageId: edited.id });
	const setLabels = (image: Image, changed: object) =>
		ok(bench.server, 'annotations.bulk.add', {
			datasetId: image.datasetId,
			annotations: [{ imageId: image.id, annotation: changed }],
		});
	await setLabels(edited, { ...annotation, objects: annotation.objects.slice(1) });
	const other = (await ok(bench.server, 'annotations.info', { imageId: tagged.id })).annotation;
	const meta = await ok(bench.server, 'projects.meta', { id: project });
	const checked = { name: 'checked', value_type: 'none', color: '#00ff00' };
	await ok(bench.server, 'projects.meta.update', { id: project, meta: { ...meta, tags: [...meta.tags, checked] } });
	await setLabels(tagged, { ...other, tags: [...other.tags, { name: 'checked' }] });
	const [{ hash }] = (await upload(bench.server, [await png(64, 48)])).body;
	await ok(bench.server, 'images.bulk.add', {
		datasetId: edited.datasetId,
		images: [{ title: 'first.mp4_frame_07.png', hash }],
	});

	const asked = await prune(after.id);
	expect(asked.code, asked.stdout + asked.stderr).toBe(1);
	expect(asked.stderr).toBe(
		`error: Remove 6 images from project ${project}? Nothing was removed: repeat the command with --yes to remove them\n`,
	);
	expect(asked.stdout).toMatch(/Video \d+ \(first\.mp4\): 3 not selected, 1 more with other labels than the video/);
	expect(asked.stdout).toContain('  remove  first.mp4_frame_12.png\n');
	expect(asked.stdout).toContain('  keep  first.mp4_frame_06.png\n');
	expect(await imagesOf(project)).toHaveLength(15);

	const done = await prune(after.id, '--yes', '--json');
	expect(done.code, done.stderr).toBe(0);
	expect(JSON.parse(done.stdout)).toMatchObject({ removed: 6 });
	expect(framesPer(await imagesOf(project))).toEqual({
		'first.mp4': [-1, 0, 6, 10, 20],
		'second.mkv': [0, 10, 12, 20],
	});
	const again = await prune(after.id, '--yes');
	expect(again.stdout).toMatch(/0 not selected, 1 more with other labels than the video/);
});

test('videos outside of the sampling, and those it takes nothing of', async () => {
	// Without labels, but with the tag of a split.
	const before = await sample({ step: 10, copyAnnotations: false, split }, { name: 'part' });
	const project = before.destination?.id as number;
	const { entities } = await ok(bench.server, 'datasets.list', { projectId: bench.source, recursive: true });
	const night = (entities as { id: number; name: string }[]).find(({ name }) => name === 'night')?.id;
	const nothing = { select: [{ annotated: { objects: [999_999] } }], copyAnnotations: false };
	const after = await sample(nothing, { projectId: project }, { datasetIds: [night] });
	expect(after).toMatchObject({ state: 'completed', framesPlanned: 0 });
	const done = await prune(after.id, '--yes');
	expect(done.code, done.stderr).toBe(0);
	expect(framesPer(await imagesOf(project))).toEqual({ 'first.mp4': [0, 10, 20] });
});

test('a sampling with --prune tells in one line of JSON what it took, and what it removed', async () => {
	const before = await sample({ step: 10, copyAnnotations: false }, { name: 'again' });
	const project = before.destination?.id as number;
	const where = ['--server', bench.server.address, '--data', await temporaryFolder()];
	const into = ['--project', String(bench.source), '--into', String(project), '--no-labels'];
	const run = await runFramefan(['sample', ...where, ...into, '--step', '20', '--prune', '--yes', '--json'], env);
	expect(run.code, run.stderr).toBe(0);
	const { state, notes, pruned } = JSON.parse(run.stdout);
	expect(state).toBe('completed');
	expect(notes).toEqual([0, 0].map(() => expect.stringMatching(/framefan prune lists and removes such images$/)));
	expect(pruned).toMatchObject({ removed: 2 });
	expect(framesPer(await imagesOf(project))).toEqual({ 'first.mp4': [0, 20], 'second.mkv': [0, 20] });
});

test('a sampling with faults, or that is not known, is refused', async () => {
	const unknown = await prune('11111111-1111-4111-8111-111111111111');
	expect(unknown.code).toBe(1);
	expect(unknown.stderr).toMatch(/^error: .*11111111/);
	const failed = await sample({}, { projectId: bench.source });
	expect(failed.state).toBe('failed');
	const refused = await prune(failed.id, '--yes');
	expect(refused.code).toBe(1);
	expect(refused.stderr).toContain(`Sampling ${failed.id} is failed, so images are missing: retry it first`);
});
