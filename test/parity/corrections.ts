import { type DescribedLabel, type DescribedProject, eachImage } from '#test/parity/described-project.ts';
import type { SourceProject, SourceVideo } from '#test/parity/source-project.ts';
import { edgeKept, emptyMaskKept, turnedBox, unknownTypeScaled } from './resized-labels.ts';

/** What both samplers were asked for, as far as corrections depend on it. */
export type Sampled = {
	source: SourceProject;
	/** Whether labels were copied. */
	labels: boolean;
	/** Height and width of the images, when they were resized. */
	resize?: [number, number];
	/** What the destination held before; it is gone on with. */
	before?: DescribedProject;
};

/** A correction to what the SDK has made of a project; it knows the source and nothing of what Framefan has made. */
type Rule = (project: DescribedProject, sampled: Sampled) => void;

const special = new Set(['alpha_mask', 'multipolygon']);
const samplingColours: Record<string, string> = { object_id: '#8A5B0F', 'auto-tracked': '#5A0F8A' };

const eachResized =
	(correct: (label: DescribedLabel, from: [number, number], to: [number, number]) => void): Rule =>
	(project, { resize }) =>
		eachImage(project, ({ labels, annotationSize }) => {
			if (resize) for (const label of labels) correct(label, annotationSize, resize);
		});

const videoOf = ({ source }: Sampled, path: string): SourceVideo => source.videos.get(path) as SourceVideo;

const figuresOn = ({ annotation }: SourceVideo, frame: number) =>
	annotation.frames.find(({ index }) => index === frame)?.figures;

/** Every correction to what the SDK leaves in a project, in the order in which they are applied. */
export const rules: Record<string, Rule> = {
	'frame-index': (project, { before }) =>
		eachImage(project, (image, { path, name, frame }) => {
			if (!before?.datasets[path]?.images[name]) image.meta.frame_index = frame;
		}),
	'object-id': (project, sampled) =>
		eachImage(project, ({ labels }, { path, frame }) => {
			if (labels.length === 0) return;
			// Those that are uploaded by another way come last.
			const figures = figuresOn(videoOf(sampled, path), frame) ?? [];
			const ordered = [false, true].flatMap(last => figures.filter(each => special.has(each.geometryType) === last));
			if (ordered.length !== labels.length)
				throw new Error(`${path}, frame ${frame}: a label for each figure expected`);
			for (const [at, { tags }] of labels.entries()) {
				for (const tag of tags) if (tag[0] === 'object_id') tag[1] = ordered[at]?.objectId;
			}
		}),
	'tags-on-every-frame': (project, sampled) =>
		eachImage(project, (image, { path, frame }) => {
			const video = videoOf(sampled, path);
			if (!sampled.labels || figuresOn(video, frame)) return;
			const holding = video.annotation.tags.filter(({ frameRange, isFinished }) => {
				const [first, last] = frameRange ?? [0, Infinity];
				return frame >= first && frame <= (isFinished === false ? first : last);
			});
			const names = [...new Set(holding.map(({ name }) => name))];
			image.tags = names.flatMap(name =>
				holding
					.filter(tag => tag.name === name)
					.map(({ value, labelerLogin }) => [name, value ?? null, labelerLogin ?? null] as const),
			) as typeof image.tags;
		}),
	'sampling-tag-colours': ({ meta }, { before }) => {
		if (before) return;
		for (const tag of meta.tags) tag.color = samplingColours[tag.name as string] ?? tag.color;
	},
	'dataset-description': (project, { source, before }) => {
		for (const [path, dataset] of Object.entries(project.datasets)) {
			const of = source.datasets.get(path);
			if (!of || before?.datasets[path]) continue;
			dataset.description = `Sample dataset made from project #${source.id}, dataset #${of.id}`;
		}
	},
	provenance: (project, { source, before }) => {
		const common = { is_sample: true, video_project_id: source.id, video_project_name: source.name };
		for (const [path, dataset] of Object.entries(project.datasets)) {
			const video = source.videos.get(path);
			const above = video ? path.slice(0, path.lastIndexOf('/')) : path;
			const of = source.datasets.get(above) as { id: number; name: string };
			const own = { ...common, video_dataset_id: of.id, video_dataset_name: of.name };
			const full = video ? { ...own, video_id: video.id, video_name: video.name } : own;
			dataset.customData = { ...full, ...dataset.customData };
			for (const [name, { meta }] of Object.entries(dataset.images)) {
				if (!before?.datasets[path]?.images[name]) Object.assign(meta, full);
			}
		}
	},
	'grouping-kept': (project, { before }) => {
		if (before) project.settings = before.settings;
	},
	'resized-edge-kept': eachResized(edgeKept),
	'resized-mask-never-empty': eachResized(emptyMaskKept),
	'resized-turned-box': eachResized(turnedBox),
	'resized-cuboid-2d': eachResized(({ type, resized, geometry: { vertices: _, ...place } }) => {
		if (type === 'cuboid_2d') for (const each of resized ?? []) Object.assign(each, place);
	}),
	'resized-unknown-type': eachResized(unknownTypeScaled),
	'labels-follow-resize': (project, { resize }) => {
		if (!resize) return;
		eachImage(project, image => {
			image.annotationSize = resize;
			image.labels = image.labels.flatMap(({ resized = [], uncropped: _, ...label }) =>
				resized.map(geometry => ({ ...label, geometry })),
			);
		});
	},
	'sampling-recorded': project => {
		project.customData.framefan = { state: 'completed' };
	},
};
