import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { launchLocally } from '#local/lambda/launch.ts';
import { openWorkbench, tinyFrames } from '#test/workbench.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-other-ffmpeg-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an ffmpeg that comes first in PATH is never run', async () => {
	const ran = join(folder, 'ran');
	writeFileSync(join(folder, 'ffmpeg'), `#!/bin/sh\necho "$*" >> '${ran}'\nexit 1\n`, { mode: 0o755 });
	const bench = await openWorkbench(undefined, (configuration, place) => {
		const launch = launchLocally(configuration, place);
		return { ...launch, env: { ...launch.env, PATH: `${folder}:${launch.env.PATH}:${process.env.PATH}` } };
	});
	try {
		const { id } = await bench.api.start({ source: { projectId: bench.source } });
		expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames, faultCount: 0 });
		expect(existsSync(ran)).toBe(false);
	} finally {
		await bench.close();
	}
});
