import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { type SamplingSettings, SuperviselyClient, sampleVideoProject } from '#library/index.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

const framesOf = async (server: SuperviselyServer, project: number): Promise<Record<string, number[]>> => {
	const { entities } = await ok(server, 'images.list', { projectId: project, recursive: true });
	const found: Record<string, number[]> = {};
	for (const { meta } of entities as { meta: { video_name: string; frame_index: number } }[]) {
		found[meta.video_name] ??= [];
		found[meta.video_name]?.push(meta.frame_index);
	}
	for (const frames of Object.values(found)) frames.sort((a, b) => a - b);
	return found;
};

test('rules take the same frames in the library and in the command, with labels and notes', async () => {
	const { bench, env } = await openDeployment();
	onTestFinished(() => bench.close());
	const { server, source } = bench;
	const settings: SamplingSettings = {
		select: [{ every: '1s' }, { frames: [4, 29] }, { annotated: { classes: ['car'], objects: [999] } }],
		around: 1,
		end: 30,
	};
	const expected = { 'first.mp4': [0, 1, 3, 4, 5, 9, 10, 11, 19, 20, 21, 28, 29] };
	const client = new SuperviselyClient(server.address, server.token);
	const { destination, faults, notes, labels } = await sampleVideoProject(client, source, settings);
	expect(faults).toEqual([]);
	expect(await framesOf(server, destination.id)).toEqual({ ...expected, 'second.mkv': expected['first.mp4'] });
	expect(labels).toBeGreaterThan(26);
	expect(notes).toHaveLength(2);
	expect(notes[0]).toContain('takes no frame: no frame has a figure of class car and');

	const file = join(await temporaryFolder(), 'settings.yaml');
	writeFileSync(file, 'select:\n  - every: 1s\n  - frames: [4, 29]\naround: 5\n');
	const target = ['--api', bench.stack.httpUrl, '--project', String(source), '--settings', file];
	const run = await runFramefan(['sample', ...target, '--around', '1', '--json'], env);
	const { state, destination: second } = lastJson(run.stdout) as { state: string; destination: { id: number } };
	expect(state).toBe('completed');
	expect(await framesOf(server, second.id)).toEqual({ ...expected, 'second.mkv': expected['first.mp4'] });
});

test('another selection adds what is missing, and says what is there beyond it', async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const { id: source } = await server.importVideoProject(folder);
	const client = new SuperviselyClient(server.address, server.token);
	const sample = (settings: SamplingSettings, destinationProjectId?: number) =>
		sampleVideoProject(client, source, settings, destinationProjectId ? { destinationProjectId } : {});
	const { destination } = await sample({ select: [{ frames: [0, 10, 20] }] });
	const second = await sample({ select: [{ frames: [10, 11] }] }, destination.id);
	expect(second).toMatchObject({ framesPlanned: 4, framesUploaded: 2, framesAlreadyThere: 2, faultCount: 0 });
	const all = [0, 10, 11, 20];
	expect(await framesOf(server, destination.id)).toEqual({ 'first.mp4': all, 'second.mkv': all });
	expect(second.notes).toHaveLength(2);
	expect(second.notes[0]).toMatch(
		/first\.mp4\): 2 images, such as first\.mp4_frame_00\.png, are in the destination, but not selected by these settings/,
	);
	const third = await sample({ select: [{ frames: all }] }, destination.id);
	expect(third).toMatchObject({ framesUploaded: 0, notes: [] });
});
