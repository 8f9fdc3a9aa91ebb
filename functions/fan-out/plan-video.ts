import pLimit from 'p-limit';
import { PermanentError } from '#shared/errors.ts';
import { type Chunk, type ChunkFrame, chunkId, chunkSchema } from '#shared/sampling/chunk.ts';
import { keepNode } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import {
	fingerprintOf,
	labelsAreUpToDate,
	removeLabelFingerprint,
	settingsOfLabels,
} from '#shared/sampling/label-fingerprint.ts';
import type { VideoMessage } from '#shared/sampling/messages.ts';
import type { SamplingRecord } from '#shared/sampling/request.ts';
import { imageName, selectFrames } from '#shared/sampling/selection.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { carried, emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import type { Video } from '#shared/supervisely/api.ts';
import { labelsOf } from '#shared/supervisely/labels.ts';
import { findMisplaced } from '#shared/supervisely/no-such-frame.ts';
import { parseProjectMeta } from '#shared/supervisely/project-meta.ts';
import { makeDecodePlan } from '#shared/video/extract/make-decode-plan.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { planChunks } from '#shared/video/plan-chunks.ts';
import { existingImages } from './existing-images.ts';
import { lockDataset } from './lock-dataset.ts';
import { refuseOtherFormats } from './one-format.ts';
import { watchSizes } from './other-sizes.ts';
import type { FanOutPorts } from './ports.ts';
import { datasetOfVideo } from './video-dataset.ts';
import { copyFor, indexOf } from './video-file.ts';
import { readDestination } from './walk-dataset.ts';

/** Maximum number of frames in a chunk that only updates labels. */
const framesPerLabelChunk = 500;
/** Chunks with labels in memory at the same time. */
const chunkConcurrency = 4;

/** Indexes a video, selects its frames, splits them into chunks and enqueues the chunks. */
export async function planVideo(
	ports: FanOutPorts,
	{ request, standing: scheduled }: Pick<SamplingRecord, 'request' | 'standing'>,
	message: VideoMessage,
	signal: AbortSignal,
): Promise<void> {
	const { store } = ports;
	const { sampling, attempt, node } = message;
	const { supervisely } = ports;
	const [video, dataset, project] = await Promise.all([
		supervisely.video(message.video),
		supervisely.dataset(message.dataset),
		supervisely.project(request.source.projectId),
	]);
	if (!video || !dataset || !project) throw new PermanentError('not-found', `Video ${message.video} no longer exists`);
	const { settings } = request;
	const file = await indexOf(ports, video, signal);
	const { index } = file;
	const frameCount = index.shown.length;
	const provenance = {
		is_sample: true,
		video_project_id: project.id,
		video_project_name: project.name,
		video_dataset_id: dataset.id,
		video_dataset_name: dataset.name,
		video_id: video.id,
		video_name: video.name,
	};
	const destination = await readDestination(ports, sampling);
	const mirror = {
		projectId: destination.id,
		parentId: message.mirror,
		name: video.name,
		description: `Sample dataset made from project #${project.id}, dataset #${dataset.id}, video #${video.id}`,
		provenance,
	};
	const origin = { id: video.id, name: video.name, projectId: project.id };
	// Locked before the expensive part: a locked dataset restarts this message.
	const { dataset: leaf, notes: datasetNotes } = await datasetOfVideo({ supervisely, video: origin, mirror }, id =>
		lockDataset(ports, id, { sampling, attempt, node, parent: message.parent }),
	);

	// Selects the frames whose annotation is needed; with `annotated`, the annotation narrows them further.
	const candidates = settings.annotated ? { ...settings, annotated: false, step: 1 } : settings;
	const wanted = new Set(selectFrames(candidates, frameCount, () => true));
	const annotation =
		settings.annotated || settings.copyAnnotations
			? await supervisely.videoAnnotation(video.datasetId, video.id, frame => wanted.has(frame), frameCount)
			: undefined;
	const selection = selectFrames(settings, frameCount, frame => {
		if (!annotation) return false;
		return annotation.hasFigures(frame) || (settings.annotatedByTags && annotation.isTagged(frame));
	});

	const existing = await existingImages(supervisely, leaf.id, origin);
	refuseOtherFormats(leaf.name, existing.formats, settings.format);
	const sizes = watchSizes(settings, index, video);
	const serverCount = video.fileMeta?.framesCount ?? frameCount;
	const planned = selection.map((frame): ChunkFrame => {
		const name = imageName(video.name, frame, serverCount, settings.format);
		const pts = index.pts[index.shown[frame] as number] as number;
		return { index: frame, pts, name, ...sizes.decide(existing.own.get(name)) };
	});
	const frames = planned.filter(({ name }) => !existing.taken.has(name));
	const common = {
		schema: 1,
		video: { id: video.id, name: video.name },
		dataset: leaf.id,
		settings,
		provenance,
	} as const;
	const meta = settings.copyAnnotations
		? parseProjectMeta(await supervisely.projectMeta(destination.id), destination.id)
		: undefined;
	const madeOf = [file.version, settingsOfLabels(settings), annotation?.hash, meta, frames.map(({ name }) => name)];
	const labels = meta && { dataset: leaf.id, fingerprint: fingerprintOf(madeOf) };
	const updatesLabels = labels !== undefined && !(scheduled && (await labelsAreUpToDate(store, labels)));
	const parts = [...cutMissing(index, frames, ports.framesPerChunk), ...cutPresent(frames, updatesLabels)];
	if (labels && parts.length > 0) await removeLabelFingerprint(store, labels.dataset);
	const toDecode = parts.filter(({ decodePlan }) => decodePlan).length;
	const copy = toDecode === 0 ? null : await copyFor(ports, video, file, toDecode, signal);
	const children = await pLimit(chunkConcurrency).map(parts, async ({ frames: own, decodePlan }) => {
		const indices = own.map(frame => frame.index);
		const id = chunkId(video.id, indices, decodePlan ? 'decode' : 'labels', settings);
		const ofFrames = annotation && meta ? labelsOf(annotation.slice(indices), meta) : null;
		const chunk: Chunk = { ...common, id, frames: own, decodePlan, copy, labels: ofFrames };
		await store.write(keys.chunk(sampling, id), chunkSchema.encode(chunk));
		return id;
	});
	const present = frames.filter(frame => frame.image !== undefined).length;
	const misplaced = annotation && meta ? findMisplaced(annotation, frameCount) : undefined;
	const faults: Fault[] = [
		...(index.damage === undefined ? [] : [{ reason: 'corrupt', message: index.damage, video: common.video }]),
		...planned.filter(({ name }) => existing.taken.has(name)).map(frame => nameTaken(frame, common.video)),
		...(misplaced?.named ?? []).map(label => ({ reason: 'no-such-frame', ...label, video: common.video })),
	];
	const unnamed = misplaced ? misplaced.count - misplaced.named.length : 0;
	const own: Summary = {
		...emptySummary,
		videos: 1,
		framesPlanned: planned.length,
		framesAlreadyThere: present,
		faultCount: faults.length + unnamed,
		faults: faults.slice(0, carried),
		notes: [
			...notesOn(video, index, settings),
			...datasetNotes,
			...[...sizes.notes(), ...(misplaced?.notes ?? [])].map(about(video)),
		],
	};
	// The first write wins: two deliveries that found different images both enqueue the chunks of the first.
	const at = { sampling, attempt };
	const place = { id: node, parent: message.parent, video: common.video };
	const kept = await keepNode(store, at, { ...place, children, own, ...(labels ? { labels } : {}) });
	await ports.sendDecode(kept.children.map(chunk => ({ schema: 1, ...at, node, chunk })));
	if (kept.children.length === 0) await ports.sendRecount([{ schema: 1, ...at, node }]);
}

/** A fault for a frame whose image name is taken by an image of another video. */
const nameTaken = ({ index: frame, name }: ChunkFrame, video: Fault['video']): Fault => ({
	reason: 'name-taken',
	message: `The dataset has an image ${name} of another video: rename or remove it, then retry`,
	video,
	frame,
});

type Part = { frames: ChunkFrame[]; decodePlan: Chunk['decodePlan'] };

/** Splits the frames to decode at key frames. */
const cutMissing = (index: VideoIndex, frames: ChunkFrame[], framesPerChunk: number): Part[] => {
	const missing = new Map(frames.filter(frame => frame.image === undefined).map(frame => [frame.index, frame]));
	return planChunks(index, [...missing.keys()], framesPerChunk).map(chunk => ({
		frames: chunk.frames.map(frame => missing.get(frame) as ChunkFrame),
		decodePlan: makeDecodePlan(index, chunk.runs),
	}));
};

/** Splits the frames whose images exist: only their labels are updated, if at all. */
const cutPresent = (frames: ChunkFrame[], updatesLabels: boolean): Part[] => {
	const present = updatesLabels ? frames.filter(frame => frame.image !== undefined) : [];
	return Array.from({ length: Math.ceil(present.length / framesPerLabelChunk) }, (_, at) => ({
		frames: present.slice(at * framesPerLabelChunk, (at + 1) * framesPerLabelChunk),
		decodePlan: null,
	}));
};

const notesOn = (video: Video, index: VideoIndex, { start, end }: Settings): string[] => {
	const shown = index.shown.length;
	const serverCount = video.fileMeta?.framesCount;
	const notes = index.notes.slice();
	if (serverCount !== null && serverCount !== undefined && serverCount !== shown) {
		notes.push(`the server reports ${serverCount} frames, the file has ${shown}`);
	}
	if (start >= shown) notes.push(`start is ${start}, the video ends after ${shown} frames`);
	if (end !== null && end > shown) notes.push(`end is ${end}, the video ends after ${shown} frames`);
	return notes.map(about(video));
};

/** Adds the video to a note. */
const about = (video: Video) => (note: string) => `Video ${video.id} (${video.name}): ${note}`;
