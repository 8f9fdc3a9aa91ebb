import { expect, test } from 'vitest';
import { until } from '#test/framefan-command.ts';
import { openWorkbench, tinyFrames } from '#test/workbench.ts';

test('an outage of the server fails no delivery: the sampling waits, and says so', async () => {
	const bench = await openWorkbench();
	try {
		// One delivery: whatever counts as a failure would be a fault at once.
		await bench.setQueues(/queue/, { maxReceiveCount: 1 });
		const { id } = await bench.api.start({ source: { projectId: bench.source }, destination: { name: 'outage' } });
		bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 500 } }]);
		await until(() => (bench.server.counters()['images.bulk.add']?.requests ?? 0) > 1, 60, 'images were added');
		await bench.changeServer(async () => {
			await until(async () => (await bench.api.status(id)).outage !== null, 100, 'the outage was noticed');
			const { state, outage } = await bench.api.status(id);
			expect(state).toBe('running');
			expect(outage?.reason).toMatch(/^127\.0\.0\.1:\d+ can't be reached \(ECONNREFUSED\)/);
			await new Promise(resolve => setTimeout(resolve, 10_000));
		});
		expect(await bench.ended(id)).toMatchObject({
			...{ state: 'completed', framesUploaded: tinyFrames, faultCount: 0, outage: null },
		});
		expect(bench.logLines('Decode').some(line => line.includes('answers again'))).toBe(true);
	} finally {
		await bench.close();
	}
}, 300_000);
