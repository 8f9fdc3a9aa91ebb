import pLimit from 'p-limit';
import { at } from '#shared/at.ts';
import { begin } from '#shared/begin.ts';
import { PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { countFaults } from '#shared/metrics.ts';
import { type ChunkFrame, chunkId, chunkKey, chunkSchema } from '#shared/sampling/chunk.ts';
import { keepNode } from '#shared/sampling/documents.ts';
import {
	fingerprintOf,
	labelsAreUpToDate,
	removeLabelFingerprint,
	settingsOfLabels,
} from '#shared/sampling/label-fingerprint.ts';
import { decodeMessage, recountMessage, type VideoMessage } from '#shared/sampling/messages.ts';
import { provenanceOf } from '#shared/sampling/provenance.ts';
import type { SamplingRecord, SamplingRequest } from '#shared/sampling/request.ts';
import { imageName } from '#shared/sampling/selection.ts';
import { imageSettingsOf, type Settings } from '#shared/sampling/settings.ts';
import { carried, emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import { findMisplaced } from '#shared/supervisely/annotation/no-such-frame.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import type { Dataset, Project, SuperviselyApi, Video } from '#shared/supervisely/remote/api.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { checkLimits } from './check-limits.ts';
import { cutMissing, cutPresent, makeChunk } from './cut-chunks.ts';
import { type ExistingImages, existingImages } from './existing-images.ts';
import { lockDataset } from './lock-dataset.ts';
import { refuseOtherFormats } from './one-format.ts';
import { sizeOnServer, watchSizes } from './other-sizes.ts';
import type { FanOutPorts } from './ports.ts';
import { selectVideoFrames } from './select-video-frames.ts';
import { chooseDataset, datasetOfVideo } from './video-dataset.ts';
import { copyFor, indexOf } from './video-file.ts';
import { readDestination } from './walk-dataset.ts';

/** Chunks with labels in memory at the same time. */
const chunkConcurrency = 4;

/** Indexes a video, selects its frames, splits them into chunks and enqueues the chunks. */
export async function planVideo(
	ports: FanOutPorts,
	{ request, standing: scheduled }: Pick<SamplingRecord, 'request' | 'standing'>,
	message: VideoMessage,
	signal: AbortSignal,
): Promise<void> {
	const { store, supervisely } = ports;
	const { sampling, attempt, node, parent } = message;
	const current = { sampling, attempt };
	const { settings } = request;
	const destinationAsked = begin(() => readDestination(ports, sampling));
	const metaAsked = begin(async () =>
		settings.copyAnnotations ? supervisely.projectMeta((await destinationAsked).id) : undefined,
	);
	const source = await readSource(supervisely, request, message);
	const { video } = source;
	const wanted = leafOf(supervisely, source, {
		projectId: (await destinationAsked).id,
		parentId: message.mirror,
	});
	// The dataset is looked for while the file is read, and created when the file is known to be a video.
	const chosen = begin(() => chooseDataset(wanted));
	const file = await indexOf(ports, current, video, signal);
	const { index } = file;
	const destination = await destinationAsked;
	// Locked before the expensive part: a locked dataset restarts this message.
	const locked = await datasetOfVideo(
		wanted,
		async dataset => {
			await lockDataset(ports, dataset, { ...current, node, parent });
			// Asked while the dataset is checked once more.
			return {
				selected: begin(() => selectVideoFrames(supervisely, video, settings, index.shown.length)),
				existing: begin(() => existingImages(supervisely, dataset, wanted.video)),
			};
		},
		chosen,
	);
	const { dataset: leaf, notes: datasetNotes } = locked;

	const { selection, annotation } = await locked.begun.selected;
	const planned = planFrames({ video, index, leaf, selection, existing: await locked.begun.existing }, settings);
	const { frames } = planned;
	await checkLimits(ports, request, message, { index, frames, size: sizeOnServer(video) });
	const meta = settings.copyAnnotations ? parseProjectMeta(await metaAsked, destination.id) : undefined;
	const madeOf = [file.version, settingsOfLabels(settings), annotation?.hash, meta, frames.map(({ name }) => name)];
	const labels = meta && { dataset: leaf.id, fingerprint: fingerprintOf(madeOf) };
	const updatesLabels = labels !== undefined && !(scheduled && (await labelsAreUpToDate(store, labels)));

	const parts = [...cutMissing(index, frames, ports.framesPerChunk), ...cutPresent(frames, updatesLabels)];
	if (labels && parts.length > 0) await removeLabelFingerprint(store, labels.dataset);
	const toDecode = parts.filter(({ decodePlan }) => decodePlan).length;
	const common = {
		schema: 1,
		video: { id: video.id, name: video.name },
		dataset: leaf.id,
		settings: imageSettingsOf(settings),
		provenance: provenanceOf(source.project, source.dataset, video),
		copy: toDecode === 0 ? null : await copyFor(ports, current, video, file, toDecode, signal),
	} as const;
	const labelled = annotation && meta ? { annotation, meta } : undefined;
	const children = await pLimit(chunkConcurrency).map(parts, async part => {
		const indices = part.frames.map(frame => frame.index);
		const id = chunkId(video.id, indices, part.decodePlan ? 'decode' : 'labels', settings);
		await store.write(chunkKey(current, id), chunkSchema.encode(makeChunk(common, id, part, labelled)));
		return id;
	});

	const misplaced = labelled && findMisplaced(labelled.annotation, index.shown.length);
	const notes = [...planned.notes, ...(misplaced?.notes ?? [])].map(about(video));
	const own: Summary = {
		...emptySummary,
		videos: 1,
		framesPlanned: selection.length,
		framesAlreadyThere: frames.filter(frame => frame.image !== undefined).length,
		...faultsOf(video, index, planned.taken, misplaced),
		notes: [...notesOn(video, index, settings), ...datasetNotes, ...notes],
	};
	// The first write wins: two deliveries that found different images both enqueue the chunks of the first.
	const place = { id: node, parent, video: common.video };
	const kept = await keepNode(store, current, { ...place, children, own, ...(labels ? { labels } : {}) });
	if (kept.own === own) reportPlanned(own, { framesInFile: index.shown.length, chunks: children.length });
	await ports.sendDecode(kept.children.map(chunk => decodeMessage(current, node, chunk)));
	if (kept.children.length === 0) await ports.sendRecount([recountMessage(current, node)]);
}

const reportPlanned = (own: Summary, size: { framesInFile: number; chunks: number }): void => {
	const { framesPlanned, framesAlreadyThere, faultCount: faults } = own;
	log.info('Video planned', { framesPlanned, framesAlreadyThere, ...size, faults });
	countFaults(own.faults);
};

/** A video with its dataset and project. */
type Source = { project: Project; dataset: Dataset; video: Video };

/** @throws PermanentError when one of them no longer exists */
const readSource = async (
	supervisely: SuperviselyApi,
	request: SamplingRequest,
	message: VideoMessage,
): Promise<Source> => {
	const [video, dataset, project] = await Promise.all([
		supervisely.video(message.video),
		supervisely.dataset(message.dataset),
		supervisely.project(request.source.projectId),
	]);
	if (!video || !dataset || !project) throw new PermanentError('not-found', `Video ${message.video} no longer exists`);
	return { project, dataset, video };
};

/** The dataset for the images of a video: where it is to be, and what it records. */
const leafOf = (
	supervisely: SuperviselyApi,
	{ project, dataset, video }: Source,
	place: { projectId: number; parentId: number },
) => ({
	supervisely,
	video: { id: video.id, name: video.name, projectId: project.id },
	mirror: {
		...place,
		name: video.name,
		description: `Sample dataset made from project #${project.id}, dataset #${dataset.id}, video #${video.id}`,
		provenance: provenanceOf(project, dataset, video),
	},
});

/**
 * Names the images of the selected frames, and finds those that exist.
 * @returns the frames; apart from them, those whose names are taken by images of other videos
 */
const planFrames = (
	{
		video,
		index,
		leaf,
		selection,
		existing,
	}: { video: Video; index: VideoIndex; leaf: Dataset; selection: number[]; existing: ExistingImages },
	settings: Settings,
): { frames: ChunkFrame[]; taken: ChunkFrame[]; notes: string[] } => {
	refuseOtherFormats(leaf.name, existing.formats, settings.format);
	const sizes = watchSizes(settings, index, video);
	const serverCount = video.fileMeta?.framesCount ?? index.shown.length;
	const frames = selection.map((frame): ChunkFrame => {
		const name = imageName(video.name, frame, serverCount, settings.format);
		const pts = at(index.pts, at(index.shown, frame));
		return { index: frame, pts, name, ...sizes.decide(existing.own.get(name)) };
	});
	const isTaken = ({ name }: ChunkFrame) => existing.taken.has(name);
	return { frames: frames.filter(each => !isTaken(each)), taken: frames.filter(isTaken), notes: sizes.notes() };
};

/** What is wrong with a video before anything is decoded. */
const faultsOf = (
	video: Video,
	{ damage }: VideoIndex,
	taken: ChunkFrame[],
	misplaced: ReturnType<typeof findMisplaced> | undefined,
): Pick<Summary, 'faultCount' | 'faults'> => {
	const of = { id: video.id, name: video.name };
	const faults: Fault[] = [
		...(damage === undefined ? [] : [{ reason: 'corrupt', message: damage, video: of }]),
		...taken.map(frame => nameTaken(frame, of)),
		...(misplaced?.named ?? []).map(label => ({ reason: 'no-such-frame', ...label, video: of })),
	];
	const unnamed = misplaced ? misplaced.count - misplaced.named.length : 0;
	return { faultCount: faults.length + unnamed, faults: faults.slice(0, carried) };
};

/** A fault for a frame whose image name is taken by an image of another video. */
const nameTaken = ({ index: frame, name }: ChunkFrame, video: Fault['video']): Fault => ({
	reason: 'name-taken',
	message: `The dataset has an image ${name} of another video: rename or remove it, then retry`,
	video,
	frame,
});

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
