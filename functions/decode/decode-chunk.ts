import { underLease } from '#shared/aws/lease.ts';
import { FramefanError, messageOf, PermanentError, SamplingFailure } from '#shared/errors.ts';
import { addLogFields, log } from '#shared/log.ts';
import { type Chunk, type ChunkFrame, readChunk } from '#shared/sampling/chunk.ts';
import { endSampling, hasEnded } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { isDone, markDone } from '#shared/sampling/marker.ts';
import { type DecodeMessage, recountMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import type { Video } from '#shared/supervisely/remote/api.ts';
import { openVideo } from '#shared/supervisely/remote/open-video.ts';
import { extractFrames } from '#shared/video/extract/extract-frames.ts';
import { pictureConcurrency } from '#shared/video/picture/encode.ts';
import { type ChunkWork, countedSource, makeChunkWork } from './chunk-work.ts';
import { pipeFrames } from './pipe-frames.ts';
import type { DecodePorts } from './ports.ts';
import { reportChunk } from './report-chunk.ts';
import { makeUploader } from './upload-frames.ts';

/**
 * Processes one chunk. On return its images and labels are in the destination, and its marker holds the counts and
 * faults. When it throws, the message must be delivered again; a repeat produces the same images.
 */
export async function decodeChunk(ports: DecodePorts, message: DecodeMessage, signal: AbortSignal): Promise<void> {
	const { store, sendRecount, leaseMs } = ports;
	const { sampling, attempt, node, chunk: id } = message;
	const at = { sampling, attempt };
	const recount = (changed: string) => sendRecount([recountMessage(at, changed)]);
	if (await isDone(store, at, node, id)) return recount(node);
	if (await hasEnded(store, at)) return;
	const chunk = await readChunk(store, at, id);
	if (!chunk) throw new FramefanError(`There is no chunk ${id} of sampling ${sampling}`);
	addLogFields({ video: chunk.video.id });
	const work = makeChunkWork();
	try {
		// Only one of several simultaneous deliveries works; the others are redelivered and find its marker.
		await underLease(store, keys.chunkLease(sampling, id), { ms: leaseMs }, async isFirst => {
			if (await isDone(store, at, node, id)) return;
			const summary = await processChunk(ports, chunk, { signal, isFirst, work });
			if (await markDone(store, at, node, id, summary)) reportChunk(summary, work);
		});
		await recount(node);
	} catch (error) {
		if (!(error instanceof SamplingFailure)) throw error;
		await endSampling(store, at, { state: 'failed', reason: error.message, summary: emptySummary });
		await recount(nodeIds.project);
	}
}

const processChunk = async (
	ports: DecodePorts,
	chunk: Chunk,
	options: { signal: AbortSignal; isFirst: boolean; work: ChunkWork },
): Promise<Summary> => {
	const { video } = chunk;
	const faults: Fault[] = [];
	const faultAt = (reason: string, message: string, frame?: number) =>
		faults.push({ reason, message, video, ...(frame === undefined ? {} : { frame }) });
	const uploader = makeUploader(ports.supervisely, chunk, faultAt, options.work);
	let missing: ChunkFrame[] = [];
	try {
		if (!options.isFirst) await uploader.findExisting();
		missing = chunk.frames.filter(frame => !uploader.has(frame));
		await uploader.annotateExisting(chunk.frames.filter(frame => uploader.has(frame)));
		if (chunk.decodePlan && missing.length > 0) {
			const source = chunk.copy
				? await ports.files.open(chunk.copy)
				: await openVideo(ports.supervisely, await needVideo(ports, video.id));
			const frames = extractFrames(chunk.decodePlan, missing, countedSource(source, options.work), {
				ffmpegPath: ports.ffmpegPath,
				signal: options.signal,
			});
			const concurrency = Math.max(2, Math.ceil(pictureConcurrency / (ports.chunkConcurrency ?? 1)));
			const lost = await pipeFrames(
				frames,
				chunk,
				missing,
				concurrency,
				encoded => uploader.upload(encoded),
				options.work,
			);
			options.signal.throwIfAborted();
			for (const { index, reason, message } of lost) faultAt(reason, message, index);
		}
	} catch (error) {
		// Work aborted by the deadline is no fault: the message is delivered again.
		if (options.signal.aborted || !(error instanceof PermanentError)) throw error;
		log.warn('Chunk failed: its remaining frames become faults', { error });
		for (const { index } of missing) if (!uploader.done.has(index)) faultAt(error.reason, messageOf(error), index);
		if (missing.length === 0) faultAt(error.reason, messageOf(error));
	}
	return {
		...emptySummary,
		framesUploaded: uploader.uploaded(),
		framesAlreadyThere: uploader.kept(),
		labels: uploader.labels(),
		notes: uploader.notes(),
		faultCount: faults.length,
		faults,
	};
};

/** Fetched again for each chunk: the address of the file may have changed, and it can be a secret. */
const needVideo = async ({ supervisely }: DecodePorts, id: number): Promise<Video> => {
	const video = await supervisely.video(id);
	if (!video) throw new PermanentError('not-found', `Video ${id} no longer exists`);
	return video;
};
