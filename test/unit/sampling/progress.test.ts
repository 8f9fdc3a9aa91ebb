import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { keepNode } from '#shared/sampling/documents.ts';
import { markDone } from '#shared/sampling/marker.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { at } from '#test/open-sampling.ts';
import { maxCounts, summarizeOpen } from '../../../functions/reduce/summarize-open.ts';

test('the progress of 50,000 videos costs some thousand reads, the largest parts first', async () => {
	const store = makeMemoryStore();
	let reads = 0;
	const counting: typeof store = {
		...store,
		read: key => {
			reads++;
			return store.read(key);
		},
	};
	const node = (id: string, parent: string | null, children: string[]) =>
		keepNode(store, at, { id, parent, children, own: emptySummary });
	const pages = Array.from({ length: 100 }, (_, page) => `dataset-1-videos-${page + 1}`);
	await node('project', null, ['dataset-1']);
	await node('dataset-1', 'project', pages);
	for (const [number, page] of pages.entries()) {
		const videos = Array.from({ length: 500 }, (_, video) => `video-${number * 500 + video}`);
		await node(page, 'dataset-1', videos);
		// Of the last page all is done, of the others more than half.
		const done = page === pages.at(-1) ? [] : videos.slice(0, 300);
		for (const video of done)
			await markDone(store, at, page, video, { ...emptySummary, videos: 1, framesUploaded: 10 });
	}
	const lastPage = { ...emptySummary, videos: 500, framesUploaded: 5000 };
	await markDone(store, at, 'dataset-1', pages.at(-1) as string, lastPage);
	const summary = await summarizeOpen(counting, at);
	expect(reads).toBeLessThan(3000);
	expect(summary.framesUploaded).toBeGreaterThan(lastPage.framesUploaded);
	expect(summary.framesUploaded).toBeLessThanOrEqual(lastPage.framesUploaded + 99 * 300 * 10);
	// Told progress never goes back.
	expect(maxCounts(emptySummary, summary)).toMatchObject({
		videos: summary.videos,
		framesUploaded: summary.framesUploaded,
	});
});
