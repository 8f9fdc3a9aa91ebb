import { at } from '#shared/at.ts';
import { readAhead } from '#shared/bounded-work.ts';
import { type Chunk, chunkKey, chunkSchema, readChunk } from '#shared/sampling/chunk.ts';
import { finishedChildren } from '#shared/sampling/marker.ts';
import type { VideoMessage } from '#shared/sampling/messages.ts';
import type { Node } from '#shared/sampling/node.ts';
import type { SamplingRequest } from '#shared/sampling/request.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import { makeDecodePlan } from '#shared/video/extract/make-decode-plan.ts';
import { planChunks } from '#shared/video/plan-chunks.ts';
import { makeChunk } from './cut-chunks.ts';
import { lockDataset } from './lock-dataset.ts';
import type { FanOutPorts } from './ports.ts';
import { copyFor, indexOf } from './video-file.ts';
import { readDestination } from './walk-dataset.ts';

/**
 * Writes the unfinished chunks of a video anew for this attempt, from the current labels and file, so that fixes take
 * effect. The frames of each chunk stay as planned. Chunks that an earlier delivery has written are not written again.
 */
export async function refreshChunks(
	ports: FanOutPorts,
	{ settings }: Pick<SamplingRequest, 'settings'>,
	message: VideoMessage,
	node: Node,
	signal: AbortSignal,
): Promise<void> {
	const { store, supervisely } = ports;
	const { sampling, attempt } = message;
	const current = { sampling, attempt };
	const finished = await finishedChildren(store, current, node.id);
	const unfinished = node.children.filter(child => !finished.has(child));
	const open: string[] = [];
	for await (const [id, isWritten] of readAhead(unfinished, id => store.exists(chunkKey(current, id))))
		if (!isWritten) open.push(id);
	const video = open.length > 0 ? await supervisely.video(message.video) : undefined;
	// A removed video is reported by its chunks.
	if (!video) return;
	const chunks: Chunk[] = [];
	for await (const [, chunk] of readAhead(open, id => readChunk(store, current, id)))
		if (chunk) chunks.push({ ...chunk, labels: null });
	const [first] = chunks;
	if (!first) return;
	await lockDataset(ports, first.dataset, { ...current, node: node.id, parent: message.parent });
	const file = await indexOf(ports, current, video, signal);
	const { index } = file;
	const indicesOf = ({ frames }: Chunk) => frames.map(frame => frame.index);
	const wanted = new Set(chunks.flatMap(indicesOf));
	const annotation = settings.copyAnnotations
		? await supervisely.videoAnnotation(video.datasetId, video.id, frame => wanted.has(frame))
		: undefined;
	const destination = await readDestination(ports, sampling);
	const meta = parseProjectMeta(await supervisely.projectMeta(destination.id), destination.id);
	const toDecode = chunks.filter(({ decodePlan }) => decodePlan).length;
	const copy = toDecode === 0 ? null : await copyFor(ports, current, video, file, toDecode, signal);
	for (const chunk of chunks) {
		const indices = indicesOf(chunk);
		// The file may have fewer pictures now: decoding reports the missing ones.
		const isThere = indices.every(frame => frame < index.shown.length);
		const [plan] = isThere ? planChunks(index, indices, indices.length, 'anywhere') : [];
		const decoding = chunk.decodePlan && plan ? { decodePlan: makeDecodePlan(index, plan.runs), copy } : {};
		const frames = chunk.frames.map(frame => {
			const position = index.shown[frame.index];
			return position === undefined ? frame : { ...frame, pts: at(index.pts, position) };
		});
		const refreshed = { ...chunk, ...decoding, frames };
		const document = makeChunk(refreshed, chunk.id, refreshed, annotation && { annotation, meta });
		await store.create(chunkKey(current, chunk.id), chunkSchema.encode(document));
	}
}
