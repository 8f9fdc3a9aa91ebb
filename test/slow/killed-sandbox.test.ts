import { expect, test } from 'vitest';
import { until } from '#test/framefan-command.ts';
import { openWorkbench, tinyFrames } from '#test/workbench.ts';

test('the work of a killed sandbox is delivered again long before the visibility timeout', async () => {
	const bench = await openWorkbench();
	try {
		bench.server.setFaults([{ match: 'images.bulk.add', share: 1, action: { delayMs: 5000 } }]);
		const { id } = await bench.api.start({ source: { projectId: bench.source }, destination: { name: 'killed' } });
		const decoding = () =>
			Object.entries(bench.stack.sandboxes()).flatMap(([name, pids]) => (name.startsWith('Decode') ? pids : []));
		// A sandbox that has not begun its work has not renewed anything yet.
		const isAtWork = async () =>
			decoding().length > 0 && (await bench.keys(`leases/${id}/`)).length === decoding().length;
		await until(isAtWork, 60, 'all decode sandboxes were at work');
		for (const pid of decoding()) process.kill(pid, 'SIGKILL');
		bench.server.setFaults([]);
		// The queue's own timeout is an hour; `ended` waits for two minutes.
		expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames, faultCount: 0 });
	} finally {
		await bench.close();
	}
}, 200_000);
