import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Rule } from '#shared/sampling/select/rules.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { findScenes, type SceneSearch } from '#shared/video/scenes.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { runStages } from '#test/run-stages.ts';
import { writeSceneProject } from '#test/scene-video.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';

// A scene of the video has 12 frames, which is too short for one; the fourth shows what the third does.
const starts = [0, 24, 48];

test('scenes are found in the pictures, also by a search that was interrupted', async () => {
	const folder = await temporaryFolder();
	await writeSceneProject(folder);
	const source = await openFile(join(folder, 'scenes', 'video', 'scenes.mp4'));
	const options = { ffmpegPath: installedFfmpeg(), signal: new AbortController().signal };
	try {
		const index = await indexVideo(source, options);
		const find = (start: number, end: number, from?: SceneSearch) =>
			findScenes(source, index, { start, end }, { ...options, from });
		const whole = await find(0, 60);
		expect(whole).toEqual(starts);
		expect(await find(20, 60)).toEqual([20, 48]);
		expect(await find(30, 30)).toEqual([]);
		for (const next of [10, 24, 30, 48]) {
			const cells = await cellsBefore(next);
			expect(await find(0, 60, { next, starts: whole.filter(frame => frame < next), cells })).toEqual(starts);
		}
		async function cellsBefore(next: number): Promise<Uint8Array | undefined> {
			const search: SceneSearch = { next: next - 1, starts: [0], cells: undefined };
			await findScenes(source, index, { start: 0, end: next }, { ...options, from: search });
			return search.cells;
		}
	} finally {
		await source.close();
	}
});

test('a rule takes frames of each scene, on the service and in the command frames', async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'scenes');
	await writeSceneProject(folder);
	const { id: source } = await server.importVideoProject(folder);
	const select: Rule[] = [{ scenes: { perScene: 1 } }];
	const run = await runStages(server, { source: { projectId: source }, settings: { select } }, { framesPerChunk: 9 });
	expect(run.outcome?.summary).toMatchObject({ framesUploaded: 3, faultCount: 0 });
	const [, known] = Object.entries(run.documents).find(([key]) => key.endsWith('/scenes-0-60.json')) ?? [];
	expect(known).toMatchObject({ starts, search: null });
	const { entities: projects } = await ok(server, 'projects.list', { workspaceId: 1 });
	const destination = (projects as { id: number; type: string }[]).find(({ type }) => type === 'images')?.id;
	const { entities } = await ok(server, 'images.list', { projectId: destination, recursive: true });
	const frames = (entities as { meta: { frame_index: number } }[]).map(({ meta }) => meta.frame_index);
	expect(frames.sort((a, b) => a - b)).toEqual([12, 36, 54]);

	const file = join(folder, 'scenes', 'video', 'scenes.mp4');
	const written = await runFramefan(['frames', file, '--scenes', '1', '--verify', '--json']);
	const lines = written.stdout.trim().split('\n').slice(0, -1);
	expect(lines.map(line => (JSON.parse(line) as { index: number }).index)).toEqual([12, 36, 54]);
	expect(lastJson(written.stdout)).toMatchObject({ state: 'completed', frames: 3 });
});
