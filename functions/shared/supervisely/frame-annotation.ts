import type { FaultReason } from '../errors.ts';
import { messageOf } from '../errors.ts';
import { convertGeometry, type Size } from './geometry/convert-geometry.ts';
import type { VideoAnnotation, VideoFigure, VideoObject, VideoTag } from './video-annotation.ts';

export type ImageTag = { name: string; value?: string | number | boolean; labelerLogin?: string };
export type Label = {
	classTitle: string;
	description: string;
	tags: ImageTag[];
	geometryType: string;
	shape: string;
	nnCreated: false;
	nnUpdated: false;
	[geometryKey: string]: unknown;
};
/** An image annotation as `annotations.bulk.add` takes it, in sub-pixel coordinates. */
export type ImageAnnotation = {
	description: string;
	size: Size;
	tags: ImageTag[];
	objects: Label[];
	customBigData: Record<string, never>;
};
export type LabelFault = { reason: FaultReason; message: string };

/**
 * The image annotation of one frame: labels in the order of its figures, with the tags that hold on this frame,
 * scaled with the picture. What can't be converted is a fault; the rest stays.
 * @param size of the picture as it is uploaded
 */
export const annotateFrame = async (
	annotation: VideoAnnotation,
	index: number,
	size: Size,
): Promise<{ annotation: ImageAnnotation; faults: LabelFault[] }> => {
	const faults: LabelFault[] = [];
	const objects = new Map(annotation.objects.map(object => [object.id, object]));
	const figures = annotation.frames.find(frame => frame.index === index)?.figures ?? [];
	const labels: Label[] = [];
	for (const figure of figures) {
		const object = objects.get(figure.objectId);
		if (!object) {
			faults.push({
				reason: 'label',
				message: `Figure ${figure.id} belongs to no object: there is no ${figure.objectId}`,
			});
			continue;
		}
		try {
			for (const geometry of await convertGeometry(figure.geometryType, figure.geometry, annotation.size, size)) {
				labels.push(toLabel(figure, object, geometry, index, faults));
			}
		} catch (error) {
			faults.push({ reason: 'label', message: `${describe(figure, object)}: ${messageOf(error)}` });
		}
	}
	return {
		annotation: {
			description: '',
			size: { height: size.height, width: size.width },
			tags: tagsAt(annotation.tags, index, 'the video', faults),
			objects: labels,
			customBigData: {},
		},
		faults,
	};
};

const describe = (figure: VideoFigure, object: VideoObject) =>
	`Figure ${figure.id} (${figure.geometryType}, class ${JSON.stringify(object.classTitle)})`;

const toLabel = (
	figure: VideoFigure,
	object: VideoObject,
	geometry: Record<string, unknown>,
	index: number,
	faults: LabelFault[],
): Label => {
	const tags = tagsAt(object.tags, index, `object ${object.id}`, faults);
	tags.push({ name: objectIdTag.name, value: object.id });
	if (figure.trackId !== null && figure.trackId !== undefined) {
		tags.push({ name: autoTrackedTag.name, ...(object.labelerLogin ? { labelerLogin: object.labelerLogin } : {}) });
	}
	return {
		...geometry,
		classTitle: object.classTitle,
		description: '',
		tags,
		geometryType: figure.geometryType,
		shape: figure.geometryType,
		nnCreated: false,
		nnUpdated: false,
	};
};

/** The tags that hold on a frame. One without a value, where the labeler had not finished, can't be an image tag. */
const tagsAt = (tags: VideoTag[], index: number, owner: string, faults: LabelFault[]): ImageTag[] =>
	tags.flatMap(tag => {
		const [first, last] = tag.frameRange ?? [index, index];
		const end = tag.isFinished === false ? first : last;
		if (index < first || index > end) return [];
		if (tag.nonFinalValue === true) {
			faults.push({
				reason: 'label',
				message: `Tag ${JSON.stringify(tag.name)} of ${owner} has no value: it is unfinished`,
			});
			return [];
		}
		const value = tag.value === null || tag.value === undefined ? {} : { value: tag.value };
		return [{ name: tag.name, ...value, ...(tag.labelerLogin ? { labelerLogin: tag.labelerLogin } : {}) }];
	});

/** The two tags that sampling adds to the destination's meta, with fixed colours. */
export const objectIdTag = {
	name: 'object_id',
	value_type: 'any_number',
	color: '#8A5B0F',
	hotkey: '',
	applicable_type: 'objectsOnly',
	classes: [],
	target_type: 'all',
} as const;
export const autoTrackedTag = { ...objectIdTag, name: 'auto-tracked', value_type: 'none', color: '#5A0F8A' } as const;
