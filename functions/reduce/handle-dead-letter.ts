import { underLease } from '#shared/aws/lease.ts';
import { FramefanError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { countFaults } from '#shared/metrics.ts';
import { type Chunk, readChunk } from '#shared/sampling/chunk.ts';
import { endSampling, hasEnded, readDocument, readNode, readRecord } from '#shared/sampling/documents.ts';
import { type DeadLetter, failureSchema } from '#shared/sampling/failure.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { isDone, markDone } from '#shared/sampling/marker.ts';
import {
	type ChildMessage,
	type DecodeMessage,
	identityOf,
	type PlanMessage,
	projectMessage,
	recountMessage,
} from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { originOf, ownerOf } from '#shared/sampling/provenance.ts';
import { emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import { isPermanent } from '#shared/transient.ts';
import { countNode } from './count-node.ts';
import type { ReducePorts } from './ports.ts';
import { recordProgress } from './record-progress.ts';

/** How long to wait for another delivery of the chunk before the dead letter is returned to its queue. */
const longestPatienceMs = 60_000;

/**
 * Turns a dead letter into a fault of its sampling, so that the sampling ends and its faults say why. The message is
 * stored in S3; the next attempt does its work again. Idempotent.
 * @param letter the message and the queue it comes from
 * @throws FramefanError for an unknown sampling: the message then stays in its queue for inspection;
 * DeferredError while another delivery of the chunk is being processed
 */
export async function handleDeadLetter(
	ports: ReducePorts,
	message: PlanMessage | DecodeMessage,
	letter: Omit<DeadLetter, 'schema' | 'at'>,
): Promise<void> {
	const { store, leaseMs } = ports;
	const { sampling, attempt } = message;
	const at = { sampling, attempt };
	const identity = identityOf(message);
	await readRecord(store, sampling);
	const kept: DeadLetter = { schema: 1, at: new Date().toISOString(), ...letter };
	await store.create(keys.deadLetter(at, identity), kept);
	if (await hasEnded(store, at)) return;
	const why = await lastFailure(ports, at, identity);
	log.warn('Dead letter: its work becomes a fault', { about: identity, why });

	let changed: string;
	if ('chunk' in message) {
		changed = message.node;
		const { quality } = (await readChunk(store, at, message.chunk)) ?? {};
		// Long enough to find a pause between two tries of another delivery, which has precedence while it works.
		const lease = { ms: leaseMs, patienceMs: Math.min(3 * leaseMs, longestPatienceMs) };
		await underLease(store, keys.chunkLease(sampling, message.chunk), lease, async () => {
			if (!(await isDone(store, at, changed, message.chunk)))
				await giveUp(store, at, changed, message.chunk, await lostChunk(ports, message, why));
		});
		// The next chunk waits for this one, so unfinished steps are sent again, down to the chunks.
		if (quality?.next) await ports.sendPlan([projectMessage(at)]);
	} else if (message.kind !== 'project' && (await isDone(store, at, message.parent, message.node))) {
		changed = message.parent;
	} else if (await readNode(store, at, identity)) {
		// Its children are known, so nothing is lost: only the unfinished ones have to be enqueued.
		return ports.sendPlan([message]);
	} else if (message.kind === 'project') {
		await endSampling(store, at, { state: 'failed', reason: why, summary: emptySummary });
		changed = nodeIds.project;
	} else {
		changed = message.parent;
		await giveUp(store, at, changed, message.node, lostChild(message, why));
	}
	await countNode(ports, recountMessage(at, changed), recordProgress);
}

const giveUp = async (...marker: Parameters<typeof markDone>): Promise<void> => {
	const [, , , , { faults }] = marker;
	if (await markDone(...marker)) countFaults(faults);
};

/** The last known reason, and the remedy. */
const lastFailure = async ({ store }: ReducePorts, at: Attempt, identity: string): Promise<string> => {
	const failure = await readDocument(store, keys.failure(at, identity), failureSchema);
	const why = failure
		? `all deliveries failed, the last with: ${failure.message.replace(/\.+$/, '')}`
		: 'all deliveries failed without an error, as when the function runs out of memory or time';
	return `${why}. Fix the cause, then retry the sampling`;
};

/** Each frame of a chunk that is not in the destination is a fault; labels of the others may be missing. */
const lostChunk = async (
	ports: ReducePorts,
	{ sampling, attempt, chunk: id }: DecodeMessage,
	message: string,
): Promise<Summary> => {
	const reason = 'gave-up';
	const chunk = await readChunk(ports.store, { sampling, attempt }, id);
	if (!chunk) throw new FramefanError(`There is no chunk ${id} of sampling ${sampling}`);
	const { video } = chunk;
	const there = await imagesThere(ports, chunk);
	const wanted = chunk.frames.filter(({ image }) => image === undefined);
	const missing = wanted.filter(({ name }) => !there.has(name));
	const faults: Fault[] = missing.map(({ index: frame }) => ({ reason, message, video, frame }));
	const tagged = chunk.frames.some(({ split }) => split !== undefined) ? 'splits' : undefined;
	const written = chunk.labels ? 'labels' : tagged;
	if (written && missing.length < chunk.frames.length) {
		faults.push({ reason, message: `${written} of images in the destination may be missing: ${message}`, video });
	}
	if (faults.length === 0) faults.push({ reason, message, video });
	return { ...emptySummary, framesUploaded: wanted.length - missing.length, faultCount: faults.length, faults };
};

/** Names of a chunk's images in the destination; none when the server refuses to list them. */
const imagesThere = async ({ supervisely }: ReducePorts, chunk: Chunk): Promise<Set<string>> => {
	const wanted = new Map(chunk.frames.map(({ name, replaces }) => [name, replaces]));
	const there = new Set<string>();
	try {
		for await (const { id, name, meta } of supervisely.images(chunk.dataset))
			if (wanted.has(name) && wanted.get(name) !== id && ownerOf(meta, originOf(chunk)) !== 'other') there.add(name);
	} catch (error) {
		// On a transient error, the dead letter is delivered again.
		if (!isPermanent(error)) throw error;
		log.warn('Images of the destination dataset could not be listed', { dataset: chunk.dataset, error });
	}
	return there;
};

/** A dataset, page or video that failed before its children were known. */
const lostChild = (message: ChildMessage, why: string): Summary => {
	const video = message.kind === 'video' ? { id: message.video, name: `video ${message.video}` } : undefined;
	const what = message.kind === 'page' ? `page ${message.page} of the ${message.of} of ` : '';
	const fault: Fault = video
		? { reason: 'gave-up', message: why, video }
		: { reason: 'gave-up', message: `${what}dataset ${message.dataset ?? 'the project'} could not be listed: ${why}` };
	return { ...emptySummary, videos: video ? 1 : 0, faultCount: 1, faults: [fault] };
};
