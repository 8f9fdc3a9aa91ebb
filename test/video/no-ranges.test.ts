import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { serveFile } from '#test/counting-file-server.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { fixturePath } from '#test/video-fixtures.ts';

const copies = () => readdirSync(tmpdir()).filter(name => name.startsWith('framefan-copy-'));

test('a URL whose server gives no ranges is read from a copy, which is removed', async () => {
	const server = await serveFile(await fixturePath('b-pyramid.mp4'), { ranges: false });
	const before = copies();
	try {
		const { code, stdout, stderr } = await runFramefan([
			'frames',
			server.url.href,
			'--verify',
			'--json',
			'--chunks',
			'3',
		]);
		expect(code, stderr).toBe(0);
		expect(lastJson(stdout)).toMatchObject({ state: 'completed', frames: 120, pictures: 120 });
		expect(server.count.requests).toBe(2);
		expect(copies()).toEqual(before);
	} finally {
		server.close();
	}
});
