import { underLease } from '#shared/aws/lease.ts';
import { FramefanError, messageOf, PermanentError, SamplingFailure } from '#shared/errors.ts';
import { addLogFields, log } from '#shared/log.ts';
import { type Chunk, type ChunkFrame, readChunk } from '#shared/sampling/chunk.ts';
import { endSampling, hasEnded } from '#shared/sampling/documents.ts';
import { type ImageRows, imageRowsSchema, rowsHead } from '#shared/sampling/image-rows.ts';
import { keys } from '#shared/sampling/keys.ts';
import { isDone, markDone } from '#shared/sampling/marker.ts';
import { type DecodeMessage, decodeMessage, recountMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import type { Video } from '#shared/supervisely/remote/api.ts';
import { openVideo } from '#shared/supervisely/remote/open-video.ts';
import { extractFrames } from '#shared/video/extract/extract-frames.ts';
import { pictureConcurrency } from '#shared/video/picture/encode.ts';
import { type ChunkWork, countedSource, makeChunkWork } from './chunk-work.ts';
import { openChoice } from './frame-choice.ts';
import { pipeFrames } from './pipe-frames.ts';
import type { DecodePorts } from './ports.ts';
import { reportChunk } from './report-chunk.ts';
import { type EncodedFrame, makeUploader } from './upload-frames.ts';

/**
 * Processes one chunk. On return its images and labels are in the destination, and its marker holds the counts and
 * faults. When it throws, the message must be delivered again; a repeat produces the same images.
 */
export async function decodeChunk(ports: DecodePorts, message: DecodeMessage, signal: AbortSignal): Promise<void> {
	const { store, sendRecount, leaseMs } = ports;
	const { sampling, attempt, node, chunk: id } = message;
	const at = { sampling, attempt };
	const recount = (changed: string) => sendRecount([recountMessage(at, changed)]);
	const sendNext = async (next: string | null | undefined) => {
		if (next) await ports.sendDecode([decodeMessage(at, node, next)]);
	};
	if (await isDone(store, at, node, id)) {
		await sendNext((await readChunk(store, at, id))?.quality?.next);
		return recount(node);
	}
	if (await hasEnded(store, at)) return;
	const chunk = await readChunk(store, at, id);
	if (!chunk) throw new FramefanError(`There is no chunk ${id} of sampling ${sampling}`);
	addLogFields({ video: chunk.video.id });
	const { previous = null, next = null } = chunk.quality ?? {};
	// The previous chunk enqueues this one when it is finished.
	if (previous !== null && !(await isDone(store, at, node, previous))) return;
	const work = makeChunkWork();
	try {
		// Only one of several simultaneous deliveries works; the others come again later and find its marker.
		await underLease(store, keys.chunkLease(sampling, id), { ms: leaseMs }, async isFirst => {
			if (await isDone(store, at, node, id)) return;
			const { summary, images } = await processChunk(ports, sampling, chunk, { signal, isFirst, work });
			await store.write(keys.imageRows(sampling, id), imageRowsSchema.encode(images));
			if (await markDone(store, at, node, id, summary)) reportChunk(summary, work);
		});
		await sendNext(next);
		await recount(node);
	} catch (error) {
		if (!(error instanceof SamplingFailure)) throw error;
		await endSampling(store, at, { state: 'failed', reason: error.message, summary: emptySummary });
		await recount(nodeIds.project);
	}
}

const processChunk = async (
	ports: DecodePorts,
	sampling: string,
	chunk: Chunk,
	options: { signal: AbortSignal; isFirst: boolean; work: ChunkWork },
): Promise<{ summary: Summary; images: ImageRows }> => {
	const { video } = chunk;
	const faults: Fault[] = [];
	const faultAt = (reason: string, message: string, frame?: number) =>
		faults.push({ reason, message, video, ...(frame === undefined ? {} : { frame }) });
	const uploader = makeUploader(ports.supervisely, chunk, faultAt, options.work);
	const choice = chunk.quality && (await openChoice(ports.store, sampling, chunk.quality));
	const isMissing = (frame: ChunkFrame) => !uploader.has(frame) && !choice?.isDropped(frame.index);
	/** Frames that are kept, and whose image exists. */
	let there: ChunkFrame[] = [];
	try {
		if (!options.isFirst) await uploader.findExisting();
		if (!choice) there = chunk.frames.filter(uploader.has);
		await uploader.annotateExisting(there);
		const wanted = choice ? chunk.frames : chunk.frames.filter(isMissing);
		if (chunk.decodePlan && wanted.length > 0) {
			const extract = await openFrames(ports, chunk, chunk.decodePlan, options);
			const concurrency = Math.max(2, Math.ceil(pictureConcurrency / (ports.chunkConcurrency ?? 1)));
			const frames = choice
				? choice.missingFrames(extract, wanted, { concurrency, has: uploader.has, there })
				: extract(wanted);
			const upload = (encoded: EncodedFrame[]) => uploader.upload(encoded);
			const lost = await pipeFrames(frames, chunk, wanted, concurrency, upload, options.work);
			options.signal.throwIfAborted();
			if (choice) await uploader.annotateExisting(there);
			const missing = new Set(wanted.filter(isMissing).map(({ index }) => index));
			for (const { index, reason, message } of lost) if (missing.has(index)) faultAt(reason, message, index);
		}
	} catch (error) {
		// Work aborted by the deadline is no fault: the message is delivered again.
		if (options.signal.aborted || !(error instanceof PermanentError)) throw error;
		log.warn('Chunk failed: its remaining frames become faults', { error });
		const missing = chunk.frames.filter(isMissing);
		for (const { index } of missing) if (!uploader.done.has(index)) faultAt(error.reason, messageOf(error), index);
		if (missing.length === 0) faultAt(error.reason, messageOf(error));
	}
	const kept = choice ? chunk.frames.filter(({ index }) => !choice.isDropped(index)) : chunk.frames;
	return {
		summary: {
			...emptySummary,
			framesUploaded: uploader.uploaded(),
			// Without quality rules, fan-out has already counted the images that it found.
			framesAlreadyThere: uploader.kept() + (choice ? there.filter(({ image }) => image !== undefined).length : 0),
			...(choice ? { dropped: choice.dropped() } : {}),
			labels: uploader.labels(),
			notes: uploader.notes(),
			faultCount: faults.length,
			faults,
		},
		images: {
			...rowsHead(chunk),
			rows: uploader.rows(kept, frame => choice?.scoresOf(frame) ?? null),
			...(choice?.decided() ?? { dropped: null, lastHash: null }),
		},
	};
};

/** Opens the file of a chunk, to decode frames of it. */
const openFrames = async (
	ports: DecodePorts,
	{ copy, video }: Chunk,
	decodePlan: NonNullable<Chunk['decodePlan']>,
	{ signal, work }: { signal: AbortSignal; work: ChunkWork },
) => {
	const source = copy
		? await ports.files.open(copy)
		: await openVideo(ports.supervisely, await needVideo(ports, video.id));
	const counted = countedSource(source, work);
	return (wanted: ChunkFrame[]) => extractFrames(decodePlan, wanted, counted, { ffmpegPath: ports.ffmpegPath, signal });
};

/** Fetched again for each chunk: the address of the file may have changed, and it can be a secret. */
const needVideo = async ({ supervisely }: DecodePorts, id: number): Promise<Video> => {
	const video = await supervisely.video(id);
	if (!video) throw new PermanentError('not-found', `Video ${id} no longer exists`);
	return video;
};
