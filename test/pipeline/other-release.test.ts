import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ofAnotherRelease } from '#test/of-another-release.ts';
import { runStages } from '#test/run-stages.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

/** A server with the tiny project, and a request for some of it. */
const start = async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const { id } = await server.importVideoProject(folder);
	const { entities } = await ok(server, 'datasets.list', { projectId: id });
	const source = { projectId: id, datasetIds: [entities[0].id], includeNested: true };
	return { server, body: { source, settings: { step: 10, end: 21 }, clientToken: 'recorded' } };
};

const countsOf = ({ outcome }: Awaited<ReturnType<typeof runStages>>) => ({
	state: outcome?.state,
	...{ uploaded: outcome?.summary.framesUploaded, labels: outcome?.summary.labels },
});

test('messages and documents with fields of another release give the same result', async () => {
	const [one, other] = [await start(), await start()];
	const plain = await runStages(one.server, one.body);
	const mixed = await runStages(other.server, other.body, { read: ofAnotherRelease, deliver: ofAnotherRelease });
	expect(countsOf(plain)).toEqual({ state: 'completed', uploaded: 6, labels: expect.any(Number) });
	expect(countsOf(mixed)).toEqual(countsOf(plain));
	expect(Object.keys(mixed.documents)).toHaveLength(Object.keys(plain.documents).length);
	// Chunks have those settings that images are made with, and no others.
	const [chunk] = Object.entries(mixed.documents).filter(([key]) => key.includes('/chunks/'));
	const settings = { resize: null, format: 'png', quality: null, chroma: null, optimiseCoding: false };
	expect(chunk?.[1]).toHaveProperty('settings', settings);
});

// FRAMEFAN_RECORD=0.2.0 npx vitest run --project pipeline other-release
test.runIf(process.env.FRAMEFAN_RECORD)('a run is recorded', async () => {
	const { server, body } = await start();
	const { messages, documents } = await runStages(server, body);
	const path = join(import.meta.dirname, '..', 'recorded', `${process.env.FRAMEFAN_RECORD}.json`);
	writeFileSync(path, `${JSON.stringify({ messages, documents }, null, '\t')}\n`);
});
