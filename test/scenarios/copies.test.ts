import { expect, test } from 'vitest';
import { openDeployment } from '#test/deployment.ts';
import { until } from '#test/framefan-command.ts';
import { tinyFrames } from '#test/workbench.ts';

test('copies of files are removed with the last sampling that uses them', async () => {
	// Of its own, since no index of a file may be known.
	const { bench: fresh } = await openDeployment();
	const copies = async () => (await fresh.keys('videos/')).filter(key => key.endsWith('/file'));
	fresh.server.setFaults([
		{ match: 'files', share: 1, action: { refuseRanges: true } },
		{ match: 'images.bulk.add', share: 1, action: { delayMs: 500 } },
	]);
	const began = { source: { projectId: fresh.source }, settings: { step: 3 } };
	const [first, second] = [await fresh.api.start(began), await fresh.api.start({ ...began, settings: { step: 1 } })];
	await until(async () => (await copies()).length > 0, 60, 'a file was copied');
	await fresh.api.cancel(first.id);
	expect(await fresh.ended(second.id)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames });
	const left = async () => [...(await copies()), ...(await fresh.keys('copies/'))];
	await until(async () => (await left()).length === 0, 60, 'all copies were removed');
	await fresh.close();
});

test('an attempt that is cancelled and retried keeps the copies that the retry reads', async () => {
	const { bench: fresh } = await openDeployment();
	fresh.server.setFaults([
		{ match: 'files', share: 1, action: { refuseRanges: true } },
		{ match: 'images.bulk.add', share: 1, action: { delayMs: 1500 } },
	]);
	const { id } = await fresh.api.start({ source: { projectId: fresh.source } });
	await until(async () => (await fresh.keys(`leases/${id}/`)).length > 0, 60, 'a chunk was worked on');
	await fresh.api.cancel(id);
	await fresh.api.retry(id);
	expect(await fresh.ended(id)).toMatchObject({ state: 'completed', attempt: 2, faultCount: 0 });
	await fresh.close();
});
