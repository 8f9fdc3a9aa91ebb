import { messageOf, PermanentError } from '../errors.ts';
import { groupedByName, type ImageTag, imageTag, tagsAt } from './frame-tags.ts';
import { convertGeometry } from './geometry/convert-geometry.ts';
import type { GeometryJson } from './geometry/kind.ts';
import type { Size } from './geometry/plane.ts';
import type { ObjectClass, TagMeta } from './project-meta.ts';
import { autoTrackedTag, objectIdTag } from './sampling-tags.ts';
import { parseFigure, type VideoFigure, type VideoObject } from './video-annotation.ts';

/** A label without its geometry, as it is uploaded. */
export type LabelHead = {
	classTitle: string;
	description: string;
	tags: ImageTag[];
	geometryType: string;
	shape: string;
	nnCreated: false;
	nnUpdated: false;
};

/** What a frame's figures have in common; classes and tags are the destination's. */
export type FrameContext = {
	index: number;
	/** Sizes of the source's picture and of the one that is uploaded. */
	from: Size;
	to: Size;
	objects: ReadonlyMap<number, VideoObject>;
	classes: ReadonlyMap<string, ObjectClass>;
	tags: ReadonlyMap<string, TagMeta>;
};

export type FigureLabels = {
	/** One as a rule; several where a figure is cut into pieces, none where it can't be carried over. */
	labels: { ofClass: ObjectClass; head: LabelHead; geometry: GeometryJson }[];
	/** What can't be carried over, of the figure or of its tags. */
	problems: string[];
	/** What was carried over in part. */
	notes: string[];
};

/** The labels that a figure makes on its frame. What is wrong with it is told, never thrown. */
export const labelsOfFigure = async (raw: unknown, context: FrameContext): Promise<FigureLabels> => {
	let name = 'A figure';
	try {
		const figure = parseFigure(raw);
		const object = context.objects.get(figure.objectId);
		name = describe(figure, object);
		if (!object) throw refusal(`there is no object ${figure.objectId}`);
		const ofClass = context.classes.get(object.classTitle);
		if (!ofClass) throw refusal('the destination has no such class');
		refuseOtherShape(figure, ofClass);
		const { geometries, cut } = await convertGeometry(figure.geometryType, figure.geometry, context.from, context.to);
		const problems: string[] = [];
		const head = headOf(figure, object, context, problem => problems.push(`${name}: ${problem}`));
		const { width, height } = context.from;
		return {
			labels: geometries.map(geometry => ({ ofClass, head, geometry })),
			problems,
			notes: cut ? [`${name} extends beyond the picture of ${width} x ${height}: the part inside is kept`] : [],
		};
	} catch (error) {
		// Whatever it is, it comes from this figure and would come again.
		return { labels: [], problems: [`${name}: ${messageOf(error)}`], notes: [] };
	}
};

const refusal = (message: string) => new PermanentError('label', message);

/** A figure as it stands in the annotation, by what a person finds it by. */
export const nameOfFigure = (raw: unknown, objects: ReadonlyMap<number, VideoObject>): string => {
	try {
		const figure = parseFigure(raw);
		return describe(figure, objects.get(figure.objectId));
	} catch {
		return 'A malformed figure';
	}
};

const describe = ({ id, geometryType }: VideoFigure, object: VideoObject | undefined) =>
	`Figure ${id ?? 'without id'} (${geometryType}, ${object ? `class ${JSON.stringify(object.classTitle)}` : 'without class'})`;

const refuseOtherShape = ({ geometryType, geometry }: VideoFigure, { shape, geometry_config: config }: ObjectClass) => {
	if (shape !== 'any' && shape !== geometryType) throw refusal(`its class has the shape ${shape} in the destination`);
	if (shape !== 'graph') return;
	const template = (config as { nodes: object }).nodes;
	const { nodes } = (geometry ?? {}) as { nodes?: object };
	const unknownNode = Object.keys(nodes ?? {}).find(node => !Object.hasOwn(template, node));
	if (unknownNode !== undefined)
		throw refusal(`its node ${JSON.stringify(unknownNode)} is not in the template of its class`);
};

const headOf = (
	figure: VideoFigure,
	object: VideoObject,
	{ index, tags: known }: FrameContext,
	refuse: (problem: string) => void,
): LabelHead => {
	const tags = tagsAt(object.tags, index, known, refuse);
	tags.push(imageTag(objectIdTag.name, object.id, null));
	if (figure.trackId !== null && figure.trackId !== undefined) {
		tags.push(imageTag(autoTrackedTag.name, null, object.labelerLogin));
	}
	return {
		classTitle: object.classTitle,
		description: '',
		tags: groupedByName(tags),
		geometryType: figure.geometryType,
		shape: figure.geometryType,
		nnCreated: false,
		nnUpdated: false,
	};
};
