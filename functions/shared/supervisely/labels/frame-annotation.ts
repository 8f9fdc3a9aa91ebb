import type { FaultReason } from '../../errors.ts';
import type { Size } from '../../size.ts';
import { type LabelHead, labelsOfFigure } from './figure-labels.ts';
import { groupedByName, type ImageTag, tagsAt } from './frame-tags.ts';
import type { GeometryJson } from './geometry/kind.ts';

import type { Labels } from './labels.ts';

/** An image annotation for `annotations.bulk.add`, in sub-pixel coordinates. */
export type ImageAnnotation = {
	description: string;
	size: Size;
	tags: ImageTag[];
	objects: (LabelHead & GeometryJson)[];
	customBigData: Record<string, never>;
};

/** A label that only `figures.bulk.add` accepts, with the id of its class in the destination. */
export type SpecialFigure = { head: LabelHead & { classId: number }; geometry: GeometryJson };

export type LabelFault = { reason: FaultReason; message: string };

export type FrameLabels = {
	annotation: ImageAnnotation;
	specialFigures: SpecialFigure[];
	/** Figures and tags that could not be converted. */
	faults: LabelFault[];
	/** Remarks on figures that were cut. */
	notes: string[];
};

/** Geometries that `annotations.bulk.add` doesn't accept, whatever the shape of their class. */
const specialTypes = new Set(['alpha_mask', 'multipolygon']);

/**
 * The labels of one frame, in the order of its figures, with the tags of this frame, scaled to the image.
 * @param sizes of the source picture, in whose pixels coordinates are, and of the image
 */
export async function annotateFrame(
	{ annotation, meta }: Labels,
	index: number,
	sizes: { from: Size; to: Size },
): Promise<FrameLabels> {
	const context = {
		index,
		...sizes,
		objects: new Map(annotation.objects.map(object => [object.id, object])),
		classes: new Map(meta.classes.map(ofClass => [ofClass.title, ofClass])),
		tags: new Map(meta.tags.map(tag => [tag.name, tag])),
	};
	const figures = annotation.frames.filter(frame => frame.index === index).flatMap(frame => frame.figures);
	const converted = await Promise.all(figures.map(figure => labelsOfFigure(figure, context)));
	const problems = converted.flatMap(figure => figure.problems);
	const objects: ImageAnnotation['objects'] = [];
	const specialFigures: SpecialFigure[] = [];
	for (const { ofClass, head, geometry } of converted.flatMap(({ labels }) => labels)) {
		if (!specialTypes.has(head.geometryType)) objects.push({ ...geometry, ...head });
		else if (ofClass.id) specialFigures.push({ head: { ...head, classId: ofClass.id }, geometry });
		else
			problems.push(`The destination returns no id for class ${JSON.stringify(ofClass.title)}, which its labels need`);
	}
	const tags = tagsAt(annotation.tags, index, context.tags, problem => problems.push(`The video: ${problem}`));
	return {
		annotation: {
			description: '',
			size: { height: sizes.to.height, width: sizes.to.width },
			tags: groupedByName(tags),
			objects,
			customBigData: {},
		},
		specialFigures,
		faults: problems.map(message => ({ reason: 'label', message })),
		notes: converted.flatMap(figure => figure.notes),
	};
}
