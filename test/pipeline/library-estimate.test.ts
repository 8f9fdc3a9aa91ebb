import { join } from 'node:path';
import { expect, test } from 'vitest';
import { estimateVideoProject, FramefanError, SuperviselyClient, sampleVideoProject } from '#library/index.ts';
import { serve, temporaryFolder } from '#test/supervisely-server.ts';
import { tiny, writeTinyVideoProject } from '#test/tiny-video-project.ts';

/** A server with the tiny project of two videos. */
const start = async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const { id } = await server.importVideoProject(folder);
	return { server, client: new SuperviselyClient(server.address, server.token), source: id };
};

test('an estimate counts what a sampling then takes, and creates nothing', async () => {
	const { server, client, source } = await start();
	const settings = { select: [{ frames: [0, 4] }, { annotated: {} }] };
	const estimate = await estimateVideoProject(client, source, settings);
	expect(server.projects()).toHaveLength(1);
	const { framesPlanned } = await sampleVideoProject(client, source, settings);
	expect(estimate).toMatchObject({ videos: 2, frames: framesPlanned, accuracy: 'about', needs: ['index'] });
	expect(estimate.rules[0]).toMatchObject({ rule: 'frames', frames: 4 });
	expect(estimate.rules[1]).toMatchObject({ rule: 'annotated', frames: framesPlanned });
	expect(estimate.formats.map(({ format }) => format)).toEqual(['png', 'jpg', 'webp']);
	expect(estimate.bytesToWrite).toBe(estimate.formats[0]?.bytesToWrite);

	const all = await estimateVideoProject(client, source, { step: 3 });
	expect(all).toMatchObject({ frames: 2 * Math.ceil(tiny.frames / 3), rules: [] });
	const good = await estimateVideoProject(client, source, { frameQuality: { sharpestOf: '1s' } });
	expect(good).toMatchObject({ accuracy: 'atMost', needs: expect.arrayContaining(['pixels']) });
});

test('what is wrong with it is a FramefanError that says so', async () => {
	const { client, source } = await start();
	const refused = async (project: number, settings: object): Promise<string> => {
		const error = await estimateVideoProject(client, project, settings).catch(error => error);
		expect(error).toBeInstanceOf(FramefanError);
		return error.message;
	};
	expect(await refused(source, { step: 0 })).toBe('step is 0: it must be a whole number from 1');
	expect(await refused(source, { select: [{ fps: Number.NaN }] })).toMatch(/^select\[0\]\.fps is NaN: it must be /);
	expect(await refused(source, null as never)).toMatch(/^settings: null is not an object with any of start, end, /);
	expect(await refused(source, { setp: 1 })).toMatch(/^settings: "setp" is not known here: it must be one of start, /);
	expect(await refused(source + 1000, {})).toMatch(/^Project \d+ is not on http:.*: check the id/);
	expect(await refused(source, { select: [{ annotated: { classes: ['lorry'] } }] })).toContain('"lorry"');
});
