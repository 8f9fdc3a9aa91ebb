import { expect, test } from 'vitest';
import { indexMp4 } from '#shared/video/index/mp4-index.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { testMatrix } from '#test/matrix.ts';
import { mp4Layouts } from '#test/video-fixtures/mp4-layouts.ts';
import { fixturePath } from '#test/video-fixtures.ts';

testMatrix(mp4Layouts);

/** The bytes of every picture, where the headers say that they are. */
const bytesByHeaders = async (name: string): Promise<string[]> => {
	const source = await openFile(await fixturePath(name));
	try {
		const { offset, size } = await indexMp4(source);
		const pictures = Array.from(offset, (from, at) => source.read(from, size[at] as number));
		return (await Promise.all(pictures)).map(bytes => bytes.toString('base64'));
	} finally {
		await source.close();
	}
};

test('the headers of a second track without a base offset lead to its pictures', async () => {
	expect(await bytesByHeaders('second-traf-without-base.mp4')).toEqual(await bytesByHeaders('frag-no-offset.mp4'));
});
