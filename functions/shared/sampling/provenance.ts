/** A source video, and its project if that is known. */
export type Origin = { id: number; projectId?: number | undefined };

/** Whether an image or a dataset belongs to a given video. */
export type Owner = 'own' | 'other' | 'unknown';

/**
 * The owner of an image by its meta, or of a dataset by its custom data, both with the SDK's keys. In a dataset that
 * existed before, the SDK records only the source project.
 */
export function ownerOf(data: Record<string, unknown> | null | undefined, video: Origin): Owner {
	const { video_id: id, video_project_id: projectId } = data ?? {};
	// A video of another project may have the same id if it is of another Supervisely instance.
	if (typeof projectId === 'number' && video.projectId !== undefined && projectId !== video.projectId) return 'other';
	if (typeof id !== 'number') return 'unknown';
	return id === video.id ? 'own' : 'other';
}

/** The source video of a chunk. */
export function originOf({
	video,
	provenance: { video_project_id: projectId },
}: {
	video: { id: number };
	provenance: Record<string, unknown>;
}): Origin {
	return { id: video.id, ...(typeof projectId === 'number' ? { projectId } : {}) };
}

type Named = { id: number; name: string };

/** What a project, dataset or image of the destination records of its source, with the SDK's keys. */
export function provenanceOf(project: Named, dataset?: Named, video?: Named): Record<string, unknown> {
	return {
		is_sample: true,
		video_project_id: project.id,
		video_project_name: project.name,
		...(dataset ? { video_dataset_id: dataset.id, video_dataset_name: dataset.name } : {}),
		...(video ? { video_id: video.id, video_name: video.name } : {}),
	};
}
