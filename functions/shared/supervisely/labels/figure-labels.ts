import { messageOf, PermanentError } from '../../errors.ts';
import type { Size } from '../../size.ts';
import { figureName, parseFigure, type VideoFigure } from '../annotation/video-annotation.ts';
import type { VideoObject } from '../annotation/video-object.ts';
import { autoTrackedTag, type ObjectClass, objectIdTag, type TagMeta } from '../meta/project-meta.ts';
import { groupedByName, type ImageTag, imageTag, tagsAt } from './frame-tags.ts';
import { convertGeometry } from './geometry/convert-geometry.ts';
import type { GeometryJson } from './geometry/kind.ts';

/** An uploaded label without its geometry. */
export type LabelHead = {
	classTitle: string;
	description: string;
	tags: ImageTag[];
	geometryType: string;
	shape: string;
	nnCreated: false;
	nnUpdated: false;
};

/** Context shared by the figures of a frame; classes and tags are those of the destination. */
export type FrameContext = {
	index: number;
	/** Sizes of the source picture and of the uploaded image. */
	from: Size;
	to: Size;
	objects: ReadonlyMap<number, VideoObject>;
	classes: ReadonlyMap<string, ObjectClass>;
	tags: ReadonlyMap<string, TagMeta>;
};

export type FigureLabels = {
	/** Usually one; several if the figure is cut into pieces, none if it can't be converted. */
	labels: { ofClass: ObjectClass; head: LabelHead; geometry: GeometryJson }[];
	/** Parts of the figure or of its tags that can't be converted. */
	problems: string[];
	/** Remarks on parts that were cut off. */
	notes: string[];
};

/** Converts a figure to labels. Problems are returned, never thrown. */
export async function labelsOfFigure(raw: unknown, context: FrameContext): Promise<FigureLabels> {
	let name = 'A figure';
	try {
		const figure = parseFigure(raw);
		const object = context.objects.get(figure.objectId);
		name = figureName(figure, object);
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
		// Any error here is caused by the figure and would recur.
		return { labels: [], problems: [`${name}: ${messageOf(error)}`], notes: [] };
	}
}

const refusal = (message: string) => new PermanentError('label', message);

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
