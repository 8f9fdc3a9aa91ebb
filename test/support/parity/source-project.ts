import type { SuperviselyServer } from '#demo/server/server.ts';
import { ok } from '#test/supervisely-server.ts';

type SourceTag = {
	name: string;
	value?: unknown;
	frameRange?: [number, number];
	isFinished?: boolean;
	labelerLogin?: string;
};
type SourceFigure = { objectId: number; geometryType: string };

/** A video as the server tells of it. */
export type SourceVideo = {
	id: number;
	name: string;
	datasetId: number;
	annotation: { tags: SourceTag[]; frames: { index: number; figures: SourceFigure[] }[] };
};

/** A video project as the server tells of it; datasets and videos by the names that lead to them. */
export type SourceProject = {
	id: number;
	name: string;
	meta: Record<'classes' | 'tags', Record<string, unknown>[]>;
	datasets: Map<string, { id: number; name: string }>;
	videos: Map<string, SourceVideo>;
};

export async function readSource(server: SuperviselyServer, id: number): Promise<SourceProject> {
	const { name } = await ok(server, 'projects.info', { id });
	const meta = await ok(server, 'projects.meta', { id });
	const { entities } = await ok(server, 'datasets.list', { projectId: id, recursive: true });
	const listed = entities as { id: number; name: string; parentId: number | null }[];
	const pathOf = (dataset: number): string => {
		const { name: own, parentId } = listed.find(each => each.id === dataset) as (typeof listed)[number];
		return parentId ? `${pathOf(parentId)}/${own}` : own;
	};
	const source: SourceProject = { id, name, meta, datasets: new Map(), videos: new Map() };
	for (const dataset of listed) {
		source.datasets.set(pathOf(dataset.id), dataset);
		const videos = (await ok(server, 'videos.list', { datasetId: dataset.id })).entities as SourceVideo[];
		for (const video of videos) {
			const asked = { datasetId: dataset.id, videoIds: [video.id] };
			const [annotation] = await ok(server, 'videos.annotations.bulk.info', asked);
			source.videos.set(`${pathOf(dataset.id)}/${video.name}`, { ...video, annotation });
		}
	}
	return source;
}
