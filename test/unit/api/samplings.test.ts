import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { TransientError } from '#shared/errors.ts';
import { bytesPerPixel, imageSizes } from '#shared/estimate/image-sizes.ts';
import { currentAttempt, endSampling } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { makeTestApi } from '#test/api.ts';
import { startScheduledSampling } from '../../../functions/api/scheduled-sampling.ts';
import type { Estimate, FormatEstimate } from '../../../functions/api/schemas.ts';

const listing = <Entity>(entities: Entity[]) => ({ entities, perPage: 100, pages: 1 });
const video = (id: number, framesCount: number) => ({
	id,
	fileMeta: { framesCount, width: 1000, height: 500, size: '1000000' },
});
/** A project whose videos have 1250 frames, as far as the server tells. */
const estimated: Partial<SuperviselyApi> = {
	project: async id => ({ id, name: 'p', workspaceId: 1, type: 'videos' }),
	datasets: async (_, parent) => listing(parent === null ? [{ id: 1, name: 'd', projectId: 5, parentId: null }] : []),
	videos: async () => listing([video(11, 1000), video(12, 250), { id: 13 }]),
};
const body = { source: { projectId: 5 } };

test('a client token used again is the same sampling; with another body it is refused', async () => {
	const { call } = await makeTestApi();
	const first = await call('POST /samplings', { body: { ...body, clientToken: 'a' } });
	const second = await call('POST /samplings', { body: { ...body, clientToken: 'a', settings: {} } });
	expect(second).toEqual(first);
	const other = await call('POST /samplings', { body: { ...body, clientToken: 'a', settings: { step: 7 } } });
	expect(other).toMatchObject({ status: 409, body: { path: 'clientToken' } });
	expect((await call('GET /samplings')).body.samplings).toHaveLength(1);
});

test.each([
	[{}, 'source'],
	[{ source: { projectId: 0 } }, 'source.projectId'],
	[{ ...body, settings: { step: 0 } }, 'settings.step'],
	[{ ...body, settings: { start: 5, end: 5 } }, 'settings.end'],
	[{ ...body, settings: { stepp: 1 } }, 'settings.stepp'],
	[{ ...body, settings: { format: 'tiff' } }, 'settings.format'],
	[{ ...body, settings: { format: 'jpg', quality: 0 } }, 'settings.quality'],
	[{ ...body, settings: { quality: 90 } }, 'settings.quality'],
	[{ ...body, settings: { format: 'webp', chroma: 420 } }, 'settings.chroma'],
	[{ ...body, source: { projectId: 5, videoIds: [1, 'x'] } }, 'source.videoIds.1'],
	[{ ...body, destination: { projectId: 1, name: 'x' } }, 'destination'],
])('%j is refused with the path of the field', async (request, path) => {
	const { call, plan } = await makeTestApi();
	expect(await call('POST /samplings', { body: request })).toMatchObject({ status: 422, body: { path } });
	expect(plan).toEqual([]);
});

test('all samplings are listed once, the newest first, page by page', async () => {
	const { call } = await makeTestApi();
	const ids: string[] = [];
	for (let at = 0; at < 7; at++) {
		ids.unshift((await call('POST /samplings', { body })).body.id);
		await new Promise(resolve => setTimeout(resolve, 2));
	}
	const seen: string[] = [];
	let query: Record<string, string> = { limit: '3' };
	const sizes: number[] = [];
	for (;;) {
		const { samplings, next } = (await call('GET /samplings', { query })).body;
		sizes.push(samplings.length);
		seen.push(...samplings.map((sampling: { id: string }) => sampling.id));
		if (next === null) break;
		query = { limit: '3', next };
	}
	expect(seen).toEqual(ids);
	expect(sizes).toEqual([3, 3, 1]);
	expect(await call('GET /samplings', { query: { next: '../x' } })).toMatchObject({
		status: 422,
		body: { path: 'next' },
	});
});

test("cancel ends once, retry begins the next attempt, and a completed one can't be retried", async () => {
	const { call, plan, recounts, ports } = await makeTestApi();
	const { id } = (await call('POST /samplings', { body })).body;
	expect((await call('DELETE /samplings/{id}', { id })).body).toMatchObject({ state: 'cancelled' });
	expect((await call('DELETE /samplings/{id}', { id })).status).toBe(202);
	expect(recounts[0]).toMatchObject({ sampling: id, attempt: 1, node: 'project' });

	expect((await call('POST /samplings/{id}/retry', { id })).body).toEqual({ id, attempt: 2 });
	expect(plan.at(-1)).toEqual({ schema: 1, kind: 'project', sampling: id, attempt: 2 });
	expect((await call('GET /samplings/{id}', { id })).body).toMatchObject({
		state: 'running',
		attempt: 2,
		reason: null,
	});
	// Asked again while it runs, the attempt stays the same.
	expect((await call('POST /samplings/{id}/retry', { id })).body).toEqual({ id, attempt: 2 });

	const at = await currentAttempt(ports.store, id);
	await endSampling(ports.store, at, { state: 'completed', reason: null, summary: emptySummary });
	expect((await call('POST /samplings/{id}/retry', { id })).status).toBe(409);
	expect((await call('DELETE /samplings/{id}', { id })).body).toMatchObject({
		error: expect.stringContaining('completed'),
	});
});

test('a scheduled sampling: once for each time, one at a time, into the same destination', async () => {
	const { call, plan, ports } = await makeTestApi();
	const fire = (time: string) =>
		startScheduledSampling(ports, JSON.stringify({ ...body, settings: { step: 3 } }), time);
	await fire('2026-11-01T00:00:00Z');
	await fire('2026-11-01T00:00:00Z');
	await fire('2026-11-02T00:00:00Z');
	expect(new Set(plan.map(({ sampling }) => sampling)).size).toBe(1);
	const [{ id }] = (await call('GET /samplings')).body.samplings;
	await ports.store.write(`samplings/${id}/destination.json`, { schema: 1, id: 77, name: 'made', workspaceId: 1 });
	await endSampling(
		ports.store,
		{ sampling: id, attempt: 1 },
		{ state: 'completed', reason: null, summary: emptySummary },
	);

	await fire('2026-11-03T00:00:00Z');
	await fire('2026-11-03T00:00:00Z');
	const { samplings } = (await call('GET /samplings')).body;
	expect(samplings).toHaveLength(2);
	const { request } = (await call('GET /samplings/{id}', { id: samplings[0].id })).body;
	expect(request).toMatchObject({ destination: { projectId: 77 }, settings: { step: 3 } });
});

test('of two events at once one starts a run; a recorded run that never began is no run', async () => {
	const { call, plan, ports } = await makeTestApi();
	const fire = (time: string) => startScheduledSampling(ports, JSON.stringify(body), time);
	await Promise.all(['01', '02', '03', '04'].map(day => fire(`2026-11-${day}T00:00:00Z`)));
	expect(new Set(plan.map(({ sampling }) => sampling)).size).toBe(1);
	expect((await call('GET /samplings')).body.samplings).toHaveLength(1);

	const { ports: others, plan: othersPlan } = await makeTestApi();
	const died = { ...others, store: { ...others.store, create: async () => Promise.reject(new Error('It died')) } };
	await others.store.write(keys.scheduled, { schema: 1, id: 'x', wish: JSON.stringify([5, {}]), destination: 77 });
	await expect(startScheduledSampling(died, JSON.stringify(body), '2026-11-05T00:00:00Z')).rejects.toThrow('died');
	expect(othersPlan).toEqual([]);
	await startScheduledSampling(others, JSON.stringify(body), '2026-11-06T00:00:00Z');
	expect(othersPlan).toHaveLength(1);
});

test('one record that can not be read keeps no other from being listed', async () => {
	const { call, ports } = await makeTestApi();
	const { id } = (await call('POST /samplings', { body })).body;
	await ports.store.write(keys.listed('gone', '2026-11-01T00:00:00Z'), { schema: 1, id: 'gone' });
	await ports.store.write(keys.listed('foreign', '2026-11-02T00:00:00Z'), { schema: 1, id: 'foreign' });
	await ports.store.write(keys.request('foreign'), { schema: 2 });
	const { status, body: list } = await call('GET /samplings');
	expect(status).toBe(200);
	expect(list.samplings.map((sampling: { id: string }) => sampling.id)).toEqual([id]);
	for (const limit of ['0x10', '1e1', ' 3 ', '0', '101'])
		expect((await call('GET /samplings', { query: { limit } })).status, limit).toBe(422);
});

test('a scheduled sampling goes on in its project until it has another target', async () => {
	const { call, ports } = await makeTestApi();
	const run = async (day: number, name: string, made: number | undefined, settings = {}) => {
		const scheduled = JSON.stringify({ ...body, destination: { name }, settings });
		await startScheduledSampling(ports, scheduled, `2026-11-0${day}T00:00:00Z`);
		const [{ id }] = (await call('GET /samplings')).body.samplings;
		if (made) await ports.store.write(keys.destination(id), { schema: 1, id: made, name: 'made', workspaceId: 1 });
		const outcome = { reason: null, summary: emptySummary, state: made ? ('completed' as const) : ('failed' as const) };
		await endSampling(ports.store, { sampling: id, attempt: 1 }, outcome);
		return (await call('GET /samplings/{id}', { id })).body.request.destination;
	};
	expect(await run(1, 'wanted', 77)).toEqual({ name: 'wanted' });
	expect(await run(2, 'wanted', undefined)).toEqual({ projectId: 77 });
	expect(await run(3, 'wanted', undefined)).toEqual({ projectId: 77 });
	// The project refuses it, and is still there for the format that it has.
	expect(await run(4, 'wanted', undefined, { format: 'jpg', quality: 80 })).toEqual({ projectId: 77 });
	expect(await run(5, 'wanted', 77)).toEqual({ projectId: 77 });
	expect(await run(6, 'other', 78)).toEqual({ name: 'other' });
	expect(await run(7, 'other', 78)).toEqual({ projectId: 78 });
});

test('an estimate adds up what listings tell and creates nothing', async () => {
	const { call, plan, ports } = await makeTestApi(estimated);
	const { status, body: estimate } = await call('POST /samplings/estimate', {
		body: { ...body, settings: { step: 2 } },
	});
	expect(status).toBe(200);
	const pixels = 625 * 1000 * 500;
	expect(estimate).toMatchObject({
		...{ videos: 3, frames: 625, chunks: 7, bytesToRead: 2_000_000, complete: true },
		bytesToWrite: Math.round(pixels * imageSizes.png),
		notes: [expect.stringContaining('2 of 2 videos have no stored index'), expect.stringContaining('1 videos are not')],
		prices: { asOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
		imageSizes: { measured: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), clips: 6 },
	});
	const { lambda, requests, dataOut, total } = estimate.cost;
	expect(dataOut).toBeCloseTo(((pixels * imageSizes.png) / 1e9) * 0.09, 3);
	expect(total).toBeCloseTo(lambda + requests + dataOut, 3);
	expect(plan).toEqual([]);
	expect(await ports.store.page('', undefined, 10)).toEqual({ keys: [], more: false });
});

test('an estimate has bytes and dollars of every format, with the settings of the chosen one', async () => {
	const { call } = await makeTestApi(estimated);
	const ask = async (settings: object) => {
		const { status, body: found } = await call('POST /samplings/estimate', { body: { ...body, settings } });
		expect(status, JSON.stringify(found)).toBe(200);
		const { formats, ...rest } = found as Estimate;
		const [png, jpg, webp] = formats as [FormatEstimate, FormatEstimate, FormatEstimate];
		return { png, jpg, webp, ...rest };
	};
	const plain = await ask({});
	const { png, jpg, webp } = plain;
	expect([png, jpg, webp].map(({ format, quality, chroma }) => [format, quality, chroma])).toEqual([
		['png', null, null],
		['jpg', 95, 444],
		['webp', 95, null],
	]);
	const pixels = 1250 * 1000 * 500;
	expect(jpg.bytesToWrite).toBe(Math.round(pixels * imageSizes.jpg[444][95]));
	expect(webp.bytesToWrite).toBe(Math.round(pixels * imageSizes.webp[95]));
	for (const { bytesToWrite, lambdaSeconds, cost } of [png, jpg, webp]) {
		expect(cost.dataOut).toBeCloseTo((bytesToWrite / 1e9) * 0.09, 4);
		expect(cost.total).toBeCloseTo(cost.lambda + cost.requests + cost.dataOut, 3);
		expect(cost.requests).toBe(png.cost.requests);
		expect(lambdaSeconds).toBeGreaterThan(0);
	}
	expect(webp.lambdaSeconds).toBeGreaterThan(jpg.lambdaSeconds);
	expect(plain).toMatchObject({ bytesToWrite: png.bytesToWrite, lambdaSeconds: png.lambdaSeconds, cost: png.cost });

	const small = await ask({ format: 'jpg', quality: 60, chroma: 420 });
	expect(small.jpg).toMatchObject({ quality: 60, chroma: 420 });
	expect(small).toMatchObject({ bytesToWrite: small.jpg.bytesToWrite, cost: small.jpg.cost });
	expect(small.jpg.bytesToWrite).toBeLessThan(jpg.bytesToWrite / 2);
	expect([small.png, small.webp]).toEqual([png, webp]);
	const optimised = await ask({ format: 'jpg', optimiseCoding: true });
	expect(optimised.jpg.bytesToWrite).toBeLessThan(jpg.bytesToWrite);
	expect(optimised.jpg.lambdaSeconds).toBeGreaterThan(jpg.lambdaSeconds);
	// A smaller picture has fewer bytes, and more of them a pixel.
	const half = await ask({ resize: [250, 500] });
	for (const format of ['png', 'jpg', 'webp'] as const) {
		expect(half[format].bytesToWrite).toBeLessThan(plain[format].bytesToWrite / 2);
		expect(half[format].bytesToWrite).toBeGreaterThan(plain[format].bytesToWrite / 4);
	}
});

test('what docs/deploy.md says of an hour of 1080p is what an estimate tells', async () => {
	const hour = { id: 11, fileMeta: { framesCount: 108_000, width: 1920, height: 1080, size: '2000000000' } };
	const { call, ports } = await makeTestApi({ ...estimated, videos: async () => listing([hour]) });
	// As a deployment has it unless told.
	ports.sizing = { ...ports.sizing, framesPerChunk: 200 };
	const { formats } = (await call('POST /samplings/estimate', { body })).body as Estimate;
	const [png, jpg, webp] = formats.map(({ bytesToWrite, cost }) => [bytesToWrite / 1e9, cost.total].map(Math.round));
	const page = readFileSync(join(import.meta.dirname, '../../../docs/deploy.md'), 'utf8').replaceAll(/\s+/g, ' ');
	for (const told of [
		`${png?.[0]} GB of PNG for $${png?.[1]}, ${jpg?.[0]} GB of JPEG for $${jpg?.[1]}`,
		`${webp?.[0]} GB of WebP for $${webp?.[1]}, each of quality 95`,
		`six clips, measured on ${imageSizes.measured}`,
	])
		expect(page.includes(told), told).toBe(true);
});

test('the bytes of an image rise with its quality, from point to point as they were measured', () => {
	const qualities = Array.from({ length: 100 }, (_, at) => at + 1);
	for (const options of [{ format: 'jpg' }, { format: 'jpg', chroma: 420 }, { format: 'webp' }] as const) {
		const bytes = qualities.map(quality => bytesPerPixel({ ...options, quality }, 1));
		expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
		expect(new Set(bytes).size).toBe(100);
		const measured = options.format === 'webp' ? imageSizes.webp : imageSizes.jpg['chroma' in options ? 420 : 444];
		for (const [quality, wanted] of Object.entries(measured)) expect(bytes[Number(quality) - 1]).toBeCloseTo(wanted, 9);
	}
	const [whole, half, quarter, tiny, larger] = [1, 0.5, 0.25, 0.01, 2].map(scale =>
		bytesPerPixel({ format: 'png' }, scale),
	);
	expect([half, quarter, tiny, larger]).toEqual([
		(whole as number) * imageSizes.growth.png,
		(whole as number) * imageSizes.growth.png ** 2,
		quarter,
		whole,
	]);
});

describe('an estimate is answered in time', () => {
	const never = <Answer>() => new Promise<Answer>(() => {});
	const project = async (id: number) => ({ id, name: 'p', workspaceId: 1, type: 'videos' });
	const listing = <Entity>(entities: Entity[], pages = 1) => ({ entities, perPage: 2, pages });
	const dataset = { id: 1, name: 'd', projectId: 5, parentId: null };
	const estimate = async (supervisely: Partial<SuperviselyApi>, source: object = body.source) => {
		const { call } = await makeTestApi(supervisely);
		vi.useFakeTimers();
		onTestFinished(() => void vi.useRealTimers());
		let answered: Awaited<ReturnType<typeof call>> | undefined;
		void call('POST /samplings/estimate', { body: { source } }).then(answer => {
			answered = answer;
		});
		await vi.advanceTimersByTimeAsync(19_000);
		return answered;
	};

	test('with a lower bound, where listing the videos takes too long', async () => {
		const video = { id: 11, fileMeta: { framesCount: 10, width: 10, height: 10, size: 1 } };
		const answer = await estimate({
			project,
			datasets: async (_, parent) => listing(parent === null ? [dataset] : []),
			videos: async (_, { number }) => (number === 1 ? listing([video], 1000) : never()),
		});
		expect(answer).toMatchObject({
			status: 200,
			body: {
				videos: 1,
				frames: 10,
				complete: false,
				notes: [expect.anything(), expect.stringContaining('lower bound')],
			},
		});
	});

	test('with what to do, where thousands of ids take too long to be looked up', async () => {
		const videoIds = Array.from({ length: 5000 }, (_, index) => index + 1);
		const answer = await estimate({ project, video: never }, { projectId: 5, videoIds });
		expect(answer).toMatchObject({
			status: 422,
			body: { path: 'source.videoIds', error: expect.stringMatching(/5000 datasets and videos.*14 s: estimate fewer/) },
		});
	});

	test('with a 504, where the server does not answer at all, or only that it fails', async () => {
		expect(await estimate({ project: never })).toMatchObject({ status: 504 });
		vi.useRealTimers();
		const failing = () => Promise.reject(new TransientError('projects.info answered 503', null));
		expect(await estimate({ project: failing })).toMatchObject({
			status: 504,
			body: { error: expect.stringContaining('projects.info answered 503') },
		});
	});
});
