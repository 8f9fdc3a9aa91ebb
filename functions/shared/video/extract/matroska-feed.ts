import type { ByteSource } from '../source/byte-source.ts';
import type { Recipe } from './recipe.ts';

type MatroskaFeed = Extract<Recipe['feed'], { kind: 'matroska' }>;

/**
 * The file's own header, then its blocks, run by run, each behind the beginning of a cluster of its own: what stands in
 * the cluster before the first picture of a run needs pictures that aren't fed. Times in later clusters are absolute, so
 * they stay what they are.
 */
export const matroskaFeed = (feed: MatroskaFeed, source: ByteSource, signal: AbortSignal) => ({
	ptsInFeed: (pts: number) => pts,
	bytes: (async function* () {
		yield Buffer.from(feed.header, 'base64');
		for (const [n, first] of feed.runs.entries()) {
			const last = (feed.runs[n + 1] ?? feed.pts.length) - 1;
			if (last < first) continue;
			yield clusterBeginning(feed.clusterTime[first] ?? 0);
			const start = feed.offset[first] as number;
			const end = (feed.offset[last] as number) + (feed.size[last] as number);
			yield* source.stream(start, end - start, signal);
		}
	})(),
});

/** A cluster of unknown size and its timestamp, 8 bytes (RFC 9559, 5.1.3). */
const clusterBeginning = (time: number): Buffer => {
	const timestamp = Buffer.alloc(8);
	timestamp.writeBigUInt64BE(BigInt(time));
	return Buffer.concat([Buffer.from('1f43b67501ffffffffffffffe788', 'hex'), timestamp]);
};
