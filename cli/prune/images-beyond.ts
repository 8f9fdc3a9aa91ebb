import { PermanentError } from '#shared/errors.ts';
import { isSampledName } from '#shared/sampling/image-name.ts';
import { ownerOf } from '#shared/sampling/provenance.ts';
import type { SamplingRequest } from '#shared/sampling/request.ts';
import { resolveScope } from '#shared/sampling/scope.ts';
import { selectedVideos } from '#shared/sampling/selected-videos.ts';
import { splitTag } from '#shared/sampling/split-tag.ts';
import { annotateFrame } from '#shared/supervisely/labels/frame-annotation.ts';
import { labelsOf } from '#shared/supervisely/labels/labels.ts';
import { type ProjectMeta, parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import {
	type Dataset,
	firstPage,
	type Image,
	type StoredAnnotation,
	type SuperviselyApi,
	type Video,
} from '#shared/supervisely/remote/api.ts';
import { findChanged } from '../../functions/decode/find-changed.ts';
import { videoOfDataset } from '../../functions/fan-out/video-dataset.ts';

/** Images whose labels are compared at once. */
const comparedAtOnce = 50;
/** Deepest nesting of datasets, to detect endless nesting. */
const deepestNesting = 100;

/** The images that a sampling has taken of a video. */
export type TakenImages = { video: number; ids: Set<number> };

/** Images of a video that a sampling has not taken. */
export type BeyondVideo = {
	video: { id: number; name: string };
	/** With the labels and tags that the video gives them. */
	removable: { id: number; name: string }[];
	/** With other labels or tags, or with a description: a person may have made them. */
	edited: { id: number; name: string }[];
};

/**
 * The images in the destination of a sampling that are of its videos and that it has not taken, video by video.
 * Only images whose meta names the video, and that have the name of a sampled frame, are among them.
 * @param taken what the sampling has taken, by dataset
 */
export async function* imagesBeyond(
	supervisely: SuperviselyApi,
	{ source, settings, destination }: Pick<SamplingRequest, 'source' | 'settings'> & { destination: number },
	taken: ReadonlyMap<number, TakenImages>,
): AsyncGenerator<BeyondVideo> {
	const scope = await resolveScope(supervisely, source);
	const selected = new Set<number>();
	for await (const { video } of selectedVideos(supervisely, source.projectId, scope)) selected.add(video.id);
	const meta = parseProjectMeta(await supervisely.projectMeta(destination), destination);
	for await (const dataset of datasetsBelow(supervisely, destination)) {
		const images = taken.get(dataset.id);
		const id = images?.video ?? (await videoOf(supervisely, dataset, source.projectId));
		if (id === undefined || !selected.has(id)) continue;
		const video = await supervisely.video(id);
		if (!video) continue;
		const own = { id, projectId: source.projectId };
		const others: Image[] = [];
		for await (const image of supervisely.images(dataset.id)) {
			const isOurs = ownerOf(image.meta, own) === 'own' && isSampledName(video.name, image.name);
			if (isOurs && !images?.ids.has(image.id)) others.push(image);
		}
		if (others.length === 0) continue;
		const edited = await editedOf(supervisely, { dataset: dataset.id, video, meta, settings }, others);
		const named = others.map(({ id, name }) => ({ id, name })).sort((a, b) => (a.name < b.name ? -1 : 1));
		yield {
			video: { id, name: video.name },
			removable: named.filter(image => !edited.has(image.id)),
			edited: named.filter(image => edited.has(image.id)),
		};
	}
}

/** The video whose images a dataset holds. */
const videoOf = async (
	supervisely: Pick<SuperviselyApi, 'dataset'>,
	dataset: Dataset,
	source: number,
): Promise<number | undefined> => {
	const described = videoOfDataset(dataset, source);
	if (described !== undefined) return described;
	// Listings have no custom data.
	const whole = await supervisely.dataset(dataset.id);
	return whole && videoOfDataset(whole, source);
};

/** All datasets of a project. */
async function* datasetsBelow(
	supervisely: Pick<SuperviselyApi, 'datasets'>,
	project: number,
	parent: number | null = null,
	depth = 0,
): AsyncGenerator<Dataset> {
	if (depth > deepestNesting) return;
	let page = firstPage;
	for (let pages = 1; page.number <= pages; page = { ...page, number: page.number + 1 }) {
		const listing = await supervisely.datasets(project, parent, page);
		if (page.number === 1) {
			pages = listing.pages;
			page = { number: 1, perPage: listing.perPage };
		}
		for (const dataset of listing.entities) {
			yield dataset;
			yield* datasetsBelow(supervisely, project, dataset.id, depth + 1);
		}
	}
}

/** The ids of the images with other labels or tags than the video gives them, or with a description. */
const editedOf = async (
	supervisely: SuperviselyApi,
	{
		dataset,
		video,
		meta,
		settings,
	}: { dataset: number; video: Video; meta: ProjectMeta; settings: SamplingRequest['settings'] },
	images: Image[],
): Promise<Set<number>> => {
	const edited = new Set(images.map(({ id }) => id));
	const frames = new Set(images.map(frameOf));
	const read = supervisely.videoAnnotation(video.datasetId, video.id, frame => frames.has(frame));
	// If the video's labels can't be read, the labels of all images may be a person's.
	const annotation = await read.catch((error: unknown) => {
		if (error instanceof PermanentError) return undefined;
		throw error;
	});
	if (!annotation) return edited;
	// A tag of the same name with another colour is not from a sampling.
	const splits = meta.tags.some(({ name, color }) => name === splitTag.name && color === splitTag.color);
	for (let at = 0; at < images.length; at += comparedAtOnce) {
		const some = images.slice(at, at + comparedAtOnce);
		const stored = await storedLabels(supervisely, { dataset, splits }, some);
		const labels = labelsOf(annotation.slice(some.map(frameOf)), meta);
		const converted = await Promise.all(
			some.map(async image => {
				const { width, height } = image;
				const from = labels.annotation.size;
				const to = width && height ? { width, height } : from;
				return { imageId: image.id, ...(await annotateFrame(labels, frameOf(image), { from, to })) };
			}),
		);
		const known = { masks: supervisely.masks, annotations: async () => stored };
		const changed = new Set((await findChanged(known, dataset, converted)).map(({ imageId }) => imageId));
		for (const { id, description } of some) {
			if (description) continue;
			const found = stored.get(id);
			const isBare = found && found.objects.length === 0 && found.tags.length === 0;
			// An image without labels is edited if the settings copy labels: a person has removed them.
			if (!changed.has(id) || (isBare && !settings.copyAnnotations)) edited.delete(id);
		}
	}
	return edited;
};

/** The labels of images, without tags of a split, which come from a sampling and not from the video. */
const storedLabels = async (
	supervisely: Pick<SuperviselyApi, 'annotations'>,
	{ dataset, splits }: { dataset: number; splits: boolean },
	images: Image[],
): Promise<Map<number, StoredAnnotation>> => {
	const ids = images.map(({ id }) => id);
	const found = await supervisely.annotations(dataset, ids).catch((error: unknown) => {
		if (error instanceof PermanentError) return new Map<number, StoredAnnotation>();
		throw error;
	});
	const isSplit = ({ name, value }: StoredAnnotation['tags'][number]) =>
		splits && name === splitTag.name && splitTag.values.includes(String(value));
	return new Map(
		[...found].map(([id, annotation]) => [id, { ...annotation, tags: annotation.tags.filter(tag => !isSplit(tag)) }]),
	);
};

/** The index of an image's frame. */
const frameOf = ({ meta, name }: Image): number => {
	const index = meta?.frame_index;
	return typeof index === 'number' ? index : Number(/_frame_(\d+)\.\w+$/.exec(name)?.[1]);
};
