import type { ByteSource } from '../source/byte-source.ts';
import type { Recipe } from './recipe.ts';

type MatroskaFeed = Extract<Recipe['feed'], { kind: 'matroska' }>;

/** The file's own header and the wanted clusters: times in clusters are absolute, so they stay what they are. */
export const matroskaFeed = (feed: MatroskaFeed, source: ByteSource, signal: AbortSignal) => ({
	ptsInFeed: (pts: number) => pts,
	bytes: (async function* () {
		yield Buffer.from(feed.header, 'base64');
		for (const { offset, length } of feed.ranges) yield* source.stream(offset, length, signal);
	})(),
});
