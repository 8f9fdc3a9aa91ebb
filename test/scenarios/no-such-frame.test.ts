import { afterAll, beforeAll, expect, test } from 'vitest';
import { SuperviselyClient, sampleVideoProject } from '#library/index.ts';
import type { Report } from '#shared/sampling/report.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { ok } from '#test/supervisely-server.ts';
import { tiny } from '#test/tiny-video-project.ts';
import type { Workbench } from '#test/workbench.ts';

let bench: Workbench;
let env: Record<string, string>;
/** Figures that are put behind the last picture of a video. */
const lost = 150;
beforeAll(async () => {
	({ bench, env } = await openDeployment());
	await bench.changeServer(store => {
		const isSource = (dataset: number) => store.datasets.get(dataset)?.projectId === bench.source;
		const video = [...store.videos.values()].find(each => each.name === 'first.mp4' && isSource(each.datasetId));
		const record = store.videoAnnotations.get(video?.id as number);
		const [figure] = record?.frames[0]?.figures ?? [];
		if (!record || !figure) throw new Error('There is no figure');
		const behind = Array.from({ length: lost }, (_, at) => ({
			index: tiny.frames + at,
			figures: [{ ...figure, id: 900_000 + at }],
		}));
		const reversed = { id: 800_000, name: 'sunny', frameRange: [9, 3] as [number, number] };
		const changed = { ...record, frames: [...record.frames, ...behind], tags: [...record.tags, reversed] };
		store.commit([['videoAnnotation', changed]]);
	});
});
afterAll(() => bench.close());

const run = async (destination: object, settings = {}) => {
	const { id } = await bench.api.start({ source: { projectId: bench.source }, destination, settings });
	return { id, ended: await bench.ended(id) };
};

test('labels behind the last picture are faults: counted, the first named, in every run', async () => {
	const { id, ended } = await run({ name: 'misplaced' }, { step: 10 });
	const expected = { state: 'completed_with_faults', framesPlanned: 6, faultCount: lost + 1 };
	expect(ended).toMatchObject({ ...expected, framesUploaded: 6 });
	expect(ended.faults).toHaveLength(100);
	for (const [at, fault] of ended.faults.entries()) {
		expect(fault).toMatchObject({ reason: 'no-such-frame', video: { name: 'first.mp4' }, frame: tiny.frames + at });
		expect(fault.message).toBe(
			`Figure ${900_000 + at} (rectangle, class "car") is on frame ${tiny.frames + at}, and the video ends after ${tiny.frames} frames`,
		);
	}
	const report = (await bench.read(`samplings/${id}/report.json`)) as Report;
	expect(report.videos.map(({ faults }) => faults.length).sort()).toEqual([0, 100]);
	expect(report.videos.map(({ framesFaulted }) => framesFaulted)).toEqual([0, 0]);
	const { customData } = await ok(bench.server, 'projects.info', { id: ended.destination?.id });
	expect(customData.framefan).toMatchObject({ state: 'completed_with_faults', faultCount: lost + 1 });

	await bench.api.retry(id);
	expect(await bench.ended(id)).toMatchObject({ ...expected, attempt: 2, faults: ended.faults });
	const again = await run({ projectId: ended.destination?.id }, { step: 10 });
	expect(again.ended).toMatchObject({ ...expected, framesAlreadyThere: 6, labels: ended.labels, faults: ended.faults });
});

test('they do not depend on what is wanted, and are none where no labels are copied', async () => {
	const end = await run({ name: 'two frames' }, { start: 4, end: 6 });
	expect(end.ended).toMatchObject({ framesUploaded: 4, faultCount: lost + 1 });
	expect((await run({ name: 'no labels' }, { step: 10, copyAnnotations: false })).ended).toMatchObject({
		...{ state: 'completed', framesUploaded: 6, faultCount: 0 },
	});
	const annotated = { annotated: true, copyAnnotations: false, step: 10 };
	expect((await run({ name: 'annotated' }, annotated)).ended).toMatchObject({ state: 'completed', faultCount: 0 });
});

test('the command and the library tell them as other faults', async () => {
	const project = ['--api', bench.stack.httpUrl, '--project', String(bench.source)];
	const { code, stdout } = await runFramefan(['sample', ...project, '--step', '15', '--json'], env);
	expect(code).toBe(1);
	const result = lastJson(stdout) as { faults: { reason: string }[]; notes: string[] };
	expect(result).toMatchObject({ state: 'completed_with_faults', framesUploaded: 4, faultCount: lost + 1, notes: [] });
	expect(result.faults).toHaveLength(100);
	expect(new Set(result.faults.map(({ reason }) => reason))).toEqual(new Set(['no-such-frame']));
	const client = new SuperviselyClient(bench.server.address, bench.server.token);
	const sampled = await sampleVideoProject(client, bench.source, { step: 15 });
	expect(sampled).toMatchObject({ framesUploaded: 4, faultCount: lost + 1, faults: result.faults, notes: [] });
});
