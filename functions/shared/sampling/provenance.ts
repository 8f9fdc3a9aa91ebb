/** A video that images are made of, and the project that it is in, where that is known. */
export type Origin = { id: number; projectId?: number | undefined };

/** Whose an image or a dataset is, seen from one video. */
export type Owner = 'own' | 'other' | 'unknown';

/**
 * Whose an image is by its meta, or a dataset by its custom data. Both are written in the SDK's words. What the SDK has
 * added to a dataset that was there already names the source project alone.
 */
export const ownerOf = (data: Record<string, unknown> | null | undefined, video: Origin): Owner => {
	const { video_id: id, video_project_id: projectId } = data ?? {};
	// Ids of another instance may be the same by chance.
	if (typeof projectId === 'number' && video.projectId !== undefined && projectId !== video.projectId) return 'other';
	if (typeof id !== 'number') return 'unknown';
	return id === video.id ? 'own' : 'other';
};

/** The video that the frames of a chunk are from. */
export const originOf = ({
	video,
	provenance: { video_project_id: projectId },
}: {
	video: { id: number };
	provenance: Record<string, unknown>;
}): Origin => ({ id: video.id, ...(typeof projectId === 'number' ? { projectId } : {}) });
