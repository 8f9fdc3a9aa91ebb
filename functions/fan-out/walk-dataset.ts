import { begin } from '#shared/begin.ts';
import { FramefanError, PermanentError } from '#shared/errors.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import {
	type ChildMessage,
	type DatasetMessage,
	datasetMessage,
	type PageMessage,
	pageMessage,
	videoMessage,
} from '#shared/sampling/messages.ts';
import { type Destination, destinationSchema } from '#shared/sampling/outcome.ts';
import { provenanceOf } from '#shared/sampling/provenance.ts';
import type { SamplingRequest } from '#shared/sampling/request.ts';
import { readScope, type Scope, shareOf, takenOf } from '#shared/sampling/scope.ts';
import { type Dataset, firstPage, type Page } from '#shared/supervisely/remote/api.ts';
import { enqueueChildren } from './enqueue-children.ts';
import { mirrorDataset } from './mirror-dataset.ts';
import type { FanOutPorts } from './ports.ts';

/** Deepest nesting of datasets, to detect endless nesting. */
const deepestNesting = 100;

/** A node whose child datasets are listed, and which of them are selected. */
type Above = Attempt & { node: string; scope: Scope | undefined; nested: boolean; depth: number };

/** Messages for the selected datasets. */
export function childDatasets(datasets: Dataset[], above: Above, under: number | null): DatasetMessage[] {
	return datasets.flatMap(({ id }) => {
		const share = shareOf(id, above.nested, above.scope);
		if (!share) return [];
		const take = typeof share.take === 'string' ? share.take : 'some';
		const place = { parent: above.node, dataset: id, under, depth: above.depth + 1 };
		return [datasetMessage(above, { ...place, take, nested: share.nested })];
	});
}

/** Messages for the second and later pages of a listing. */
export function pagesAfterFirst(
	listing: Page<unknown>,
	at: Attempt,
	fields: Omit<Parameters<typeof pageMessage>[1], 'page' | 'perPage'>,
): PageMessage[] {
	const { pages, perPage } = listing;
	return Array.from({ length: pages - 1 }, (_, i) => pageMessage(at, { ...fields, page: i + 2, perPage }));
}

/** Mirrors a dataset and enqueues its videos and child datasets. */
export async function walkDataset(
	ports: FanOutPorts,
	request: SamplingRequest,
	message: DatasetMessage,
): Promise<void> {
	const { supervisely } = ports;
	const { sampling, attempt, node, take, nested, depth } = message;
	if (depth > deepestNesting) {
		const what = `Dataset ${message.dataset} is nested below ${depth} datasets`;
		throw new PermanentError('unsupported', `${what}, more than ${deepestNesting}: move it up`);
	}
	const { projectId } = request.source;
	// All requests are sent at once; errors are thrown in the order in which they are awaited.
	const scopeAsked = begin(async () => (nested ? undefined : readScope(ports.store, sampling)));
	const asked = {
		destination: begin(() => readDestination(ports, sampling)),
		videos: begin(async () => (take === 'none' ? undefined : supervisely.videos(message.dataset, firstPage))),
		datasets: begin(async () =>
			nested || (await scopeAsked) ? supervisely.datasets(projectId, message.dataset, firstPage) : undefined,
		),
	};
	const [dataset, project] = await Promise.all([supervisely.dataset(message.dataset), supervisely.project(projectId)]);
	if (!dataset || !project) throw new PermanentError('not-found', `Dataset ${message.dataset} no longer exists`);
	const destination = await asked.destination;
	const mirror = await mirrorDataset(supervisely, {
		projectId: destination.id,
		parentId: message.under,
		name: dataset.name,
		description: `Sample dataset made from project #${projectId}, dataset #${dataset.id}`,
		provenance: provenanceOf(project, dataset),
	});
	const at = { sampling, attempt };
	const place = { parent: node, dataset: dataset.id, mirror: mirror.id };
	const page = { ...place, take, nested, depth };
	const messages: ChildMessage[] = [];
	const videos = await asked.videos;
	if (videos) {
		const taken = await takenVideos(ports, message, videos.entities);
		messages.push(...taken.map(({ id }) => videoMessage(at, { ...place, video: id })));
		messages.push(...pagesAfterFirst(videos, at, { ...page, of: 'videos' }));
	}
	const [scope, datasets] = [await scopeAsked, await asked.datasets];
	if (datasets) {
		messages.push(...childDatasets(datasets.entities, { ...at, node, scope, nested, depth }, mirror.id));
		messages.push(...pagesAfterFirst(datasets, at, { ...page, of: 'datasets' }));
	}
	await enqueueChildren(ports, at, { id: node, parent: message.parent }, messages);
}

/** Enqueues the entries of a later page of a listing. */
export async function walkPage(ports: FanOutPorts, request: SamplingRequest, message: PageMessage): Promise<void> {
	const { supervisely } = ports;
	const { sampling, attempt, node, dataset, mirror, nested, depth } = message;
	const at = { sampling, attempt };
	const page = { number: message.page, perPage: message.perPage };
	const messages: ChildMessage[] = [];
	if (message.of === 'datasets') {
		const scope = nested ? undefined : await readScope(ports.store, sampling);
		const { entities } = await supervisely.datasets(request.source.projectId, dataset, page);
		messages.push(...childDatasets(entities, { ...at, node, scope, nested, depth }, mirror));
	} else if (dataset !== null && mirror !== null) {
		const { entities } = await supervisely.videos(dataset, page);
		const taken = await takenVideos(ports, { sampling, dataset, take: message.take }, entities);
		messages.push(...taken.map(({ id }) => videoMessage(at, { parent: node, dataset, mirror, video: id })));
	}
	await enqueueChildren(ports, at, { id: node, parent: message.parent }, messages);
}

/** The selected videos of a dataset. */
const takenVideos = async (
	{ store }: FanOutPorts,
	{ sampling, dataset, take }: Pick<DatasetMessage, 'sampling' | 'dataset' | 'take'>,
	videos: { id: number }[],
): Promise<{ id: number }[]> => {
	if (take !== 'some') return takenOf({ take }, videos);
	const share = shareOf(dataset, false, await readScope(store, sampling));
	return share ? takenOf(share, videos) : [];
};

export async function readDestination({ store }: Pick<FanOutPorts, 'store'>, sampling: string): Promise<Destination> {
	const destination = await readDocument(store, keys.destination(sampling), destinationSchema);
	if (!destination) throw new FramefanError(`Sampling ${sampling} has no destination yet`);
	return destination;
}
