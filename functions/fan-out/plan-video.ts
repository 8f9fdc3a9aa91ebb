import pLimit from 'p-limit';
import { at } from '#shared/at.ts';
import { begin } from '#shared/begin.ts';
import { PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { countFaults } from '#shared/metrics.ts';
import { type ChunkFrame, chunkKey, chunkSchema } from '#shared/sampling/chunk.ts';
import { keepNode } from '#shared/sampling/documents.ts';
import type { FrameQuality } from '#shared/sampling/frame-quality.ts';
import { imageName, isSampledName } from '#shared/sampling/image-name.ts';
import { imageRow, imageRowsSchema, rowsHead } from '#shared/sampling/image-rows.ts';
import { keys } from '#shared/sampling/keys.ts';
import {
	fingerprintOf,
	labelsAreUpToDate,
	removeLabelFingerprint,
	settingsOfLabels,
} from '#shared/sampling/label-fingerprint.ts';
import { decodeMessage, recountMessage, type VideoMessage } from '#shared/sampling/messages.ts';
import { provenanceOf } from '#shared/sampling/provenance.ts';
import type { SamplingRecord, SamplingRequest } from '#shared/sampling/request.ts';
import { frameTimes, secondsOf } from '#shared/sampling/select/frame-times.ts';
import type { Selection } from '#shared/sampling/select/select-frames.ts';
import { imageSettingsOf, type Settings } from '#shared/sampling/settings.ts';
import type { SplitName } from '#shared/sampling/split-settings.ts';
import type { VideoFile } from '#shared/sampling/stored-index.ts';
import { carried, emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import { findMisplaced } from '#shared/supervisely/annotation/no-such-frame.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import type { Dataset, Project, SuperviselyApi, Video } from '#shared/supervisely/remote/api.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { checkLimits } from './check-limits.ts';
import { keptFramesKey, readKeptFrames } from './chunk-quality.ts';
import { cutParts, makeChunk } from './cut-chunks.ts';
import { type ExistingImages, existingImages } from './existing-images.ts';
import { lockDataset } from './lock-dataset.ts';
import { refuseOtherFormats } from './one-format.ts';
import { sizeOnServer, watchSizes } from './other-sizes.ts';
import type { FanOutPorts } from './ports.ts';
import { scenesOf } from './scenes-of.ts';
import { selectVideoFrames } from './select-video-frames.ts';
import { splitOfVideo } from './split-of-video.ts';
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
	// A split is a tag, which is written even if labels are not copied.
	const writesLabels = settings.copyAnnotations || settings.split !== undefined;
	const destinationAsked = begin(() => readDestination(ports, sampling));
	const metaAsked = begin(async () =>
		writesLabels ? supervisely.projectMeta((await destinationAsked).id) : undefined,
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
	// Locked before the expensive part, because this message is delivered again if another sampling holds the lock.
	const locked = await datasetOfVideo(
		wanted,
		async dataset => {
			await lockDataset(ports, dataset, { ...current, node, parent });
			// These requests run while the dataset is checked once more.
			return {
				selected: begin(() =>
					selectVideoFrames(supervisely, video, settings, index, range =>
						scenesOf(ports, current, { video, file }, range, signal),
					),
				),
				existing: begin(() => existingImages(supervisely, dataset, wanted.video)),
			};
		},
		chosen,
	);
	const { dataset: leaf, notes: datasetNotes } = locked;

	const { selection, annotation } = await locked.begun.selected;
	const good = await goodFrames(store, { video, file, selection, annotation }, settings);
	const splitOf = await splitOfVideo(ports, current, { video, file }, settings, signal);
	const planned = planFrames(
		{ video, index, leaf, selection, chosen: good.frames, existing: await locked.begun.existing, splitOf },
		settings,
	);
	const { frames } = planned;
	await checkLimits(ports, request, message, { index, frames, size: sizeOnServer(video) });
	const meta = writesLabels ? parseProjectMeta(await metaAsked, destination.id) : undefined;
	const madeOf = [file.version, settingsOfLabels(settings), annotation?.hash, meta, frames.map(({ name }) => name)];
	const labels = meta && { dataset: leaf.id, fingerprint: fingerprintOf(madeOf) };
	const updatesLabels = labels !== undefined && !(scheduled && (await labelsAreUpToDate(store, labels)));

	const parts = cutParts(index, { video: video.id, frames, annotation, updatesLabels }, good.rules, {
		settings,
		framesPerChunk: ports.framesPerChunk,
	});
	if (labels && parts.length > 0) await removeLabelFingerprint(store, labels.dataset);
	const toDecode = parts.filter(({ decodePlan }) => decodePlan).length;
	const common = {
		schema: 1,
		video: { id: video.id, name: video.name },
		dataset: leaf.id,
		settings: imageSettingsOf(settings),
		provenance: provenanceOf(source.project, source.dataset, video),
		timeOffset: index.timeOffset,
		copy: toDecode === 0 ? null : await copyFor(ports, current, video, file, toDecode, signal),
	} as const;
	// Images that no chunk works on.
	const others = good.rules || updatesLabels ? [] : frames.filter(frame => frame.image !== undefined);
	if (others.length > 0) await writeRows(store, { sampling, node }, common, others);
	const labelled = annotation && meta ? { annotation, meta } : undefined;
	const children = await pLimit(chunkConcurrency).map(parts, async ({ id, quality, ...part }) => {
		const chunk = makeChunk({ ...common, ...(quality ? { quality } : {}) }, id, part, labelled);
		await store.write(chunkKey(current, id), chunkSchema.encode(chunk));
		return id;
	});

	const misplaced = labelled && findMisplaced(labelled.annotation, index.shown.length);
	const notes = [...selection.notes, ...good.notes, ...planned.notes, ...(misplaced?.notes ?? [])].map(about(video));
	const own: Summary = {
		...emptySummary,
		videos: 1,
		framesPlanned: good.frames.length,
		// With quality rules the chunks count those that are kept.
		framesAlreadyThere: good.rules ? 0 : frames.filter(frame => frame.image !== undefined).length,
		...faultsOf(video, index, planned.taken, misplaced),
		notes: [...notesOn(video, index, settings), ...datasetNotes, ...notes],
	};
	// The first write wins: two deliveries that found different images both enqueue the chunks of the first.
	const place = { id: node, parent, video: common.video };
	const later = {
		...(labels ? { labels } : {}),
		...(good.rules && good.key ? { keptFrames: good.key } : {}),
	};
	const kept = await keepNode(store, current, { ...place, children, own, ...later });
	if (kept.own === own) reportPlanned(own, { framesInFile: index.shown.length, chunks: children.length });
	// With linked chunks, each one sends the next.
	const first = good.rules?.dropNearDuplicates ? kept.children.slice(0, 1) : kept.children;
	await ports.sendDecode(first.map(chunk => decodeMessage(current, node, chunk)));
	if (kept.children.length === 0) await ports.sendRecount([recountMessage(current, node)]);
}

const reportPlanned = (own: Summary, size: { framesInFile: number; chunks: number }): void => {
	const { framesPlanned, framesAlreadyThere, faultCount: faults } = own;
	log.info('Video planned', { framesPlanned, framesAlreadyThere, ...size, faults });
	countFaults(own.faults);
};

/**
 * The selected frames without those that the quality rules dropped in an earlier sampling. If there was none, all
 * selected frames, and the rules for the chunks to apply.
 */
const goodFrames = async (
	store: FanOutPorts['store'],
	{
		video,
		file,
		selection,
		annotation,
	}: Awaited<ReturnType<typeof selectVideoFrames>> & { video: Video; file: VideoFile },
	settings: Settings,
): Promise<{ frames: number[]; rules?: FrameQuality; key?: string; notes: string[] }> => {
	const { frames } = selection;
	if (!settings.frameQuality) return { frames, notes: [] };
	const key = keptFramesKey({ id: video.id, version: file.version }, settings, annotation);
	const known = await readKeptFrames(store, key);
	if (!known) return { frames, rules: settings.frameQuality, key, notes: [] };
	const kept = frames.filter(frame => known.has(frame));
	const dropped = frames.length - kept.length;
	return { frames: kept, notes: [`${dropped} frames are dropped by frameQuality, as in an earlier sampling`] };
};

/** Records images that are there, and that no chunk works on. */
const writeRows = async (
	store: FanOutPorts['store'],
	{ sampling, node }: Pick<VideoMessage, 'sampling' | 'node'>,
	common: Parameters<typeof rowsHead>[0] & { timeOffset?: number },
	frames: ChunkFrame[],
): Promise<void> => {
	const rows = frames.map(frame => imageRow(frame, frame.image as number, common.timeOffset));
	const document = { ...rowsHead(common), rows, dropped: null, lastHash: null };
	await store.write(keys.imageRows(sampling, node), imageRowsSchema.encode(document));
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
 * @returns the frames, and separately those whose names are taken by images of other videos
 */
const planFrames = (
	{
		video,
		index,
		leaf,
		selection,
		chosen,
		existing,
		splitOf,
	}: {
		video: Video;
		index: VideoIndex;
		leaf: Dataset;
		selection: Selection;
		chosen: number[];
		existing: ExistingImages;
		splitOf: ((frame: number) => SplitName | null) | undefined;
	},
	settings: Settings,
): { frames: ChunkFrame[]; taken: ChunkFrame[]; notes: string[] } => {
	refuseOtherFormats(leaf.name, existing.formats, settings.format);
	const sizes = watchSizes(settings, index, video);
	const serverCount = video.fileMeta?.framesCount ?? index.shown.length;
	const times = frameTimes(index);
	const ruleOf = new Map(selection.frames.map((frame, n) => [frame, at(selection.rules, n)]));
	const frames = chosen.map((frame): ChunkFrame => {
		const name = imageName(video.name, frame, serverCount, settings.format);
		const pts = at(index.pts, at(index.shown, frame));
		const taken = { rule: ruleOf.get(frame) as string, seconds: secondsOf(times, frame) };
		const split = splitOf ? { split: splitOf(frame) } : {};
		return { index: frame, pts, name, ...taken, ...split, ...sizes.decide(existing.own.get(name)) };
	});
	const isTaken = ({ name }: ChunkFrame) => existing.taken.has(name);
	const names = new Set(frames.map(({ name }) => name));
	const notes = [...sizes.notes(), ...beyondRules(video.name, existing, names, settings)];
	return { frames: frames.filter(each => !isTaken(each)), taken: frames.filter(isTaken), notes };
};

/** A note on images of the video that the settings don't select, such as those of a sampling with other rules. */
const beyondRules = (
	video: string,
	{ own }: ExistingImages,
	taken: Set<string>,
	{ split }: Pick<Settings, 'split'>,
): string[] => {
	const others = [...own.keys()].filter(name => isSampledName(video, name) && !taken.has(name)).sort();
	const [first] = others;
	if (first === undefined) return [];
	const what = others.length === 1 ? `image ${first} is` : `${others.length} images, such as ${first}, are`;
	const told = `${what} in the destination, but not selected by these settings: framefan prune lists and removes such images`;
	// Such an image may be in another split than one close to it.
	return [split ? `${told}. While they are there, frames close in time may be in two splits` : told];
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
