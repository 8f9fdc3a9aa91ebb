import { FramefanError, PermanentError } from '#shared/errors.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import type { DatasetMessage, PageMessage, PlanMessage, VideoMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { type Destination, destinationSchema } from '#shared/sampling/outcome.ts';
import type { SamplingRequest } from '#shared/sampling/request.ts';
import { emptySummary } from '#shared/sampling/summary.ts';
import { type Dataset, firstPage, type Page } from '#shared/supervisely/api.ts';
import { mirrorDataset } from './mirror-dataset.ts';
import type { FanOutPorts } from './ports.ts';
import { readScope, type Scope } from './scope.ts';
import { writeNode } from './write-node.ts';

/** A node whose datasets below are walked, and what of them is taken. */
type Above = { sampling: string; node: string; scope: Scope | undefined; nested: boolean };

/** Messages for those of some datasets that are walked. */
export const childDatasets = (datasets: Dataset[], above: Above, under: number | null): DatasetMessage[] =>
	datasets.flatMap(({ id }) => {
		const share = above.nested ? { take: 'all' as const, nested: true } : above.scope?.get(id);
		if (!share) return [];
		const place = { node: nodeIds.dataset(id), parent: above.node, dataset: id, under };
		return [{ schema: 1, kind: 'dataset', sampling: above.sampling, ...place, ...share }];
	});

/** Messages for the second and later pages of a listing. */
export const pagesAfterFirst = (
	listing: Page<unknown>,
	message: Omit<PageMessage, 'node' | 'page' | 'perPage'>,
): PageMessage[] =>
	Array.from({ length: listing.pages - 1 }, (_, at) => {
		const page = at + 2;
		return { ...message, node: nodeIds.page(message.parent, message.of, page), page, perPage: listing.perPage };
	});

/** Mirrors a dataset and enqueues its videos and the datasets below it. */
export const walkDataset = async (
	ports: FanOutPorts,
	request: SamplingRequest,
	message: DatasetMessage,
): Promise<void> => {
	const { supervisely } = ports;
	const { sampling, node, take, nested } = message;
	const { projectId } = request.source;
	const [dataset, project] = await Promise.all([supervisely.dataset(message.dataset), supervisely.project(projectId)]);
	if (!dataset || !project) throw new PermanentError('not-found', `Dataset ${message.dataset} is not there any more`);
	const destination = await readDestination(ports, sampling);
	const mirror = await mirrorDataset(supervisely, {
		projectId: destination.id,
		parentId: message.under,
		name: dataset.name,
		description: `Sample dataset made from project #${projectId}, dataset #${dataset.id}`,
		provenance: {
			is_sample: true,
			video_project_id: projectId,
			video_project_name: project.name,
			video_dataset_id: dataset.id,
			video_dataset_name: dataset.name,
		},
	});
	const common = { schema: 1, kind: 'page', sampling, parent: node, dataset: dataset.id, mirror: mirror.id } as const;
	const messages: Exclude<PlanMessage, { kind: 'project' }>[] = [];
	if (take !== 'none') {
		const listing = await supervisely.videos(dataset.id, firstPage);
		messages.push(
			...videoMessages(listing.entities, { sampling, parent: node, dataset: dataset.id, mirror: mirror.id }, take),
		);
		messages.push(...pagesAfterFirst(listing, { ...common, of: 'videos', take, nested }));
	}
	const scope = nested ? undefined : await readScope(ports.store, sampling);
	if (nested || scope) {
		const listing = await supervisely.datasets(projectId, dataset.id, firstPage);
		messages.push(...childDatasets(listing.entities, { sampling, node, scope, nested }, mirror.id));
		messages.push(...pagesAfterFirst(listing, { ...common, of: 'datasets', take, nested }));
	}
	await writeNode(ports, sampling, {
		id: node,
		parent: message.parent,
		children: messages.map(child => child.node),
		own: emptySummary,
	});
	await ports.sendPlan(messages);
};

/** Enqueues what stands on one later page of a listing. */
export const walkPage = async (ports: FanOutPorts, request: SamplingRequest, message: PageMessage): Promise<void> => {
	const { supervisely } = ports;
	const { sampling, node, dataset, mirror, nested } = message;
	const page = { number: message.page, perPage: message.perPage };
	const children: Exclude<PlanMessage, { kind: 'project' }>[] = [];
	if (message.of === 'datasets') {
		const scope = nested ? undefined : await readScope(ports.store, sampling);
		const { entities } = await supervisely.datasets(request.source.projectId, dataset, page);
		children.push(...childDatasets(entities, { sampling, node, scope, nested }, mirror));
	} else if (dataset !== null && mirror !== null) {
		const { entities } = await supervisely.videos(dataset, page);
		children.push(...videoMessages(entities, { sampling, parent: node, dataset, mirror }, message.take));
	}
	await writeNode(ports, sampling, {
		id: node,
		parent: message.parent,
		children: children.map(child => child.node),
		own: emptySummary,
	});
	await ports.sendPlan(children);
};

const videoMessages = (
	videos: { id: number }[],
	place: Pick<VideoMessage, 'sampling' | 'parent' | 'dataset' | 'mirror'>,
	take: DatasetMessage['take'],
): VideoMessage[] =>
	videos
		.filter(({ id }) => take === 'all' || (take !== 'none' && take.includes(id)))
		.map(({ id }) => ({ schema: 1, kind: 'video', ...place, node: nodeIds.video(id), video: id }));

export const readDestination = async (
	{ store }: Pick<FanOutPorts, 'store'>,
	sampling: string,
): Promise<Destination> => {
	const destination = await readDocument(store, keys.destination(sampling), destinationSchema);
	if (!destination) throw new FramefanError(`Sampling ${sampling} has no destination yet`);
	return destination;
};
