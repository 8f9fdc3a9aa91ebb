import type { ImageFormat } from '../video/picture/image-format.ts';
import type { ImageRow, ImageRows } from './image-rows.ts';
import type { SplitName } from './split-settings.ts';

/** A row of the manifest: an image, and where it comes from. Lists and counts are JSON. */
export type ManifestRow = {
	image_id: number;
	image_name: string;
	project_id: number;
	dataset_id: number;
	source_project_id: number | null;
	source_dataset_id: number | null;
	video_id: number;
	video_name: string;
	object_ids: string | null;
	frame_index: number;
	pts: number;
	seconds: number | null;
	width: number | null;
	height: number | null;
	sha256: string | null;
	format: ImageFormat;
	rule: string | null;
	split: SplitName | null;
	sharpness: number | null;
	brightness: number | null;
	hash: string | null;
	labels: string | null;
	note: string | null;
};

/** The columns of the manifest in order, with their types in Parquet. */
export const manifestColumns = {
	image_id: 'INT64',
	image_name: 'STRING',
	project_id: 'INT64',
	dataset_id: 'INT64',
	source_project_id: 'INT64',
	source_dataset_id: 'INT64',
	video_id: 'INT64',
	video_name: 'STRING',
	object_ids: 'STRING',
	frame_index: 'INT32',
	pts: 'INT64',
	seconds: 'DOUBLE',
	width: 'INT32',
	height: 'INT32',
	sha256: 'STRING',
	format: 'STRING',
	rule: 'STRING',
	split: 'STRING',
	sharpness: 'DOUBLE',
	brightness: 'DOUBLE',
	hash: 'STRING',
	labels: 'STRING',
	note: 'STRING',
} as const satisfies Record<keyof ManifestRow, string>;

/** A row of the manifest. @param project of the images */
export function manifestRow(
	{ video, source, dataset, format }: Pick<ImageRows, 'video' | 'source' | 'dataset' | 'format'>,
	{ frame, pts, seconds, rule, split, image, name, size, sha256, scores, labels, objects, notes }: ImageRow,
	project: number,
): ManifestRow {
	return {
		...{ image_id: image, image_name: name, project_id: project, dataset_id: dataset },
		...{ source_project_id: source.project, source_dataset_id: source.dataset },
		...{ video_id: video.id, video_name: video.name, object_ids: objects && JSON.stringify(objects) },
		...{ frame_index: frame, pts, seconds, width: size?.width ?? null, height: size?.height ?? null },
		...{ sha256, format, rule, split: split ?? null },
		...{ sharpness: scores?.sharpness ?? null, brightness: scores?.brightness ?? null },
		...{
			hash: scores?.hash ?? null,
			labels: labels && JSON.stringify(Object.fromEntries(labels.map(each => [each.class, each.count]))),
		},
		note: notes.length > 0 ? notes.join('; ') : null,
	};
}
