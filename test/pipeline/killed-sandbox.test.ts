import { expect, test } from 'vitest';
import { until } from '#test/framefan-command.ts';
import { openWorkbench, tinyFrames } from '#test/workbench.ts';

test('the work of a killed sandbox is delivered again long before the visibility timeout', async () => {
	const bench = await openWorkbench();
	try {
		const { id } = await bench.api.start({ source: { projectId: bench.source }, destination: { name: 'killed' } });
		bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 3000 } }]);
		await until(() => (bench.server.counters()['images.bulk.add']?.requests ?? 0) > 0, 60, 'images were added');
		const killed = Object.entries(bench.stack.sandboxes()).filter(([name]) => name.startsWith('Decode'));
		for (const pid of killed.flatMap(([, pids]) => pids)) process.kill(pid, 'SIGKILL');
		bench.server.setFaults([]);
		// The queue's own timeout is an hour; `ended` waits for two minutes.
		expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames, faultCount: 0 });
	} finally {
		await bench.close();
	}
}, 200_000);
