import type { ByteSource } from '../source/byte-source.ts';
import type { Recipe } from './recipe.ts';

type MatroskaFeed = Extract<Recipe['feed'], { kind: 'matroska' }>;

/**
 * The file's own header and its clusters from the one with the first picture to the end of the last picture. Times in
 * clusters are absolute, so they stay what they are.
 */
export const matroskaFeed = (feed: MatroskaFeed, source: ByteSource, signal: AbortSignal) => ({
	ptsInFeed: (pts: number) => pts,
	bytes: (async function* () {
		yield Buffer.from(feed.header, 'base64');
		const start = feed.cluster[0] ?? 0;
		const end = (feed.offset.at(-1) ?? 0) + (feed.size.at(-1) ?? 0);
		yield* source.stream(start, end - start, signal);
	})(),
});
