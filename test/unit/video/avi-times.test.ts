import { expect, test } from 'vitest';
import { indexAvi } from '#shared/video/index/demux/avi.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { fixturePath } from '#test/video-fixtures.ts';

test('a chunk without bytes takes its time, though no picture is shown for it', async () => {
	// 60 pictures at 30 a second in a stream of 60 a second, with an empty chunk behind each.
	const source = await openFile(await fixturePath('log-in-pictures.avi'));
	try {
		const { timeBase, pts, shown } = await indexAvi(source);
		expect(timeBase).toEqual({ num: 1, den: 60 });
		expect(Array.from(shown, at => pts[at])).toEqual(Array.from({ length: 60 }, (_, frame) => 2 * frame));
	} finally {
		await source.close();
	}
});
