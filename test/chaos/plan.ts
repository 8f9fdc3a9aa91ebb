import type { FaultRule } from '#demo/server/server.ts';
import { makeRandom, type Random } from './random.ts';

/** A write of a function, before or after which its sandboxes are killed. */
export type KillAtWrite = { worker: 'Reduce' | 'FanOut' | 'Decode'; key: RegExp; when: 'before' | 'after' };

/** All that goes wrong in one run. */
export type Plan = {
	/** Of the Supervisely server, each at a share of 5 to 20 %. */
	remote: FaultRule[];
	/** Shares of S3 requests: refused with 500, conditional writes with 409, done but the answer lost. */
	s3: { failed: number; conflict: number; lost: number };
	/** Shares of messages: sent twice, delayed behind others, refused in passing. */
	sqs: { duplicated: number; delayed: number; refused: number };
	/** Seconds that a message stays hidden: fewer than a chunk takes, at times. */
	visibilitySeconds: number;
	/** Seconds after the start at which a random sandbox is killed. */
	kills: number[];
	killAtWrites: KillAtWrite[];
	/** Seconds after the start at which everything is killed and started again. */
	restarts: number[];
};

/** What reduce and the others write, in the order of a run. */
const writes: KillAtWrite['key'][] = [
	/destination\.json$/,
	/nodes\/project\.json$/,
	/steps\/dataset-\d+\.json$/,
	/nodes\/video-\d+\.json$/,
	/chunks\/.*\.json$/,
	/(done|faulted)\/video-\d+\/.*\.json$/,
	/(done|faulted)\/dataset-\d+\/.*\.json$/,
	/(done|faulted)\/project\/.*\.json$/,
	/report\/project\.json$/,
	/report\.json$/,
	/outcome\.json$/,
	/open\/.*\.json$/,
];

const writerOf = (key: RegExp): KillAtWrite['worker'] => {
	const at = writes.indexOf(key);
	if (at < 5) return 'FanOut';
	return at === 5 ? 'Decode' : 'Reduce';
};

const remoteFaults = (random: Random): FaultRule[] => {
	const share = () => random.between(0.05, 0.2);
	const seed = () => Math.floor(random.next() * 1e9);
	const all: (() => FaultRule)[] = [
		() => ({ match: '*', share: share(), seed: seed(), action: { status: 429, retryAfter: 0 } }),
		() => ({ match: '*', share: share() / 2, seed: seed(), action: { status: random.pick([500, 502, 503]) } }),
		() => ({ match: '*', share: share() / 2, seed: seed(), action: { reset: true } }),
		() => ({ match: '*', share: share() / 2, seed: seed(), action: { cutBody: true } }),
		// Longer than a call is waited for: done all the same, when nobody listens any more.
		() => ({ match: '*', share: share() / 2, seed: seed(), action: { delayMs: 3000 } }),
		() => ({ match: 'images.bulk.add', share: share(), seed: seed(), action: { delayMs: 3000 } }),
		() => ({ match: 'files', share: share(), seed: seed(), action: { cutBody: true } }),
		() => ({ match: 'files', share: share(), seed: seed(), action: { status: 503 } }),
		() => ({ match: 'images.bulk.add', share: 0.2, seed: seed(), action: { cutBody: true } }),
		() => ({ match: 'annotations.bulk.add', share: 0.2, seed: seed(), action: { cutBody: true } }),
		() => ({ match: 'figures.bulk.add', share: 0.2, seed: seed(), action: { cutBody: true } }),
		() => ({ match: 'images.bulk.upload', share: 0.3, seed: seed(), action: { delayMs: 1200 } }),
	];
	return all.filter(() => random.chance(0.35)).map(make => make());
};

/** What a seed stands for. Each kind of trouble is in about half of all runs, so that they come alone and together. */
export function makePlan(seed: number): Plan {
	const random = makeRandom(seed);
	const some = (share: number) => (random.chance(0.5) ? random.between(0.02, share) : 0);
	const times = (most: number, until: number) =>
		Array.from({ length: Math.floor(random.between(0, most + 1)) }, () => random.between(0.2, until)).sort(
			(a, b) => a - b,
		);
	return {
		remote: remoteFaults(random),
		s3: { failed: some(0.1), conflict: some(0.3), lost: some(0.08) },
		sqs: { duplicated: some(0.5), delayed: some(0.5), refused: some(0.3) },
		visibilitySeconds: random.pick([2, 3, 3, 5]),
		kills: times(3, 3),
		killAtWrites: Array.from({ length: Math.floor(random.between(0, 4)) }, () => {
			const key = random.pick(writes);
			return { key, worker: writerOf(key), when: random.pick(['before', 'after'] as const) };
		}),
		restarts: random.chance(0.25) ? [random.between(0.5, 2.5)] : [],
	};
}
