import type { ByteSource } from '../source/byte-source.ts';
import type { Recipe } from './recipe.ts';

type MatroskaFeed = Extract<Recipe['feed'], { kind: 'matroska' }>;

/**
 * The file's own header, then its blocks from that of the first picture to the end of the last, behind the beginning of
 * a cluster of their own: what stands in the cluster before the first picture needs pictures that aren't fed. Times in
 * later clusters are absolute, so they stay what they are.
 */
export const matroskaFeed = (feed: MatroskaFeed, source: ByteSource, signal: AbortSignal) => ({
	ptsInFeed: (pts: number) => pts,
	bytes: (async function* () {
		yield Buffer.from(feed.header, 'base64');
		yield clusterBeginning(feed.clusterTime[0] ?? 0);
		const start = feed.offset[0] ?? 0;
		const end = (feed.offset.at(-1) ?? 0) + (feed.size.at(-1) ?? 0);
		yield* source.stream(start, end - start, signal);
	})(),
});

/** A cluster of unknown size and its timestamp, 8 bytes (RFC 9559, 5.1.3). */
const clusterBeginning = (time: number): Buffer => {
	const timestamp = Buffer.alloc(8);
	timestamp.writeBigUInt64BE(BigInt(time));
	return Buffer.concat([Buffer.from('1f43b67501ffffffffffffffe788', 'hex'), timestamp]);
};
