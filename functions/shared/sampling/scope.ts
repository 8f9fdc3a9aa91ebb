import pLimit from 'p-limit';
import * as z from 'zod';
import { SamplingFailure } from '../errors.ts';
import type { StateStore } from '../state-store.ts';
import { storedObject } from '../stored-object.ts';
import type { Dataset, SuperviselyApi } from '../supervisely/remote/api.ts';
import { readDocument } from './documents.ts';
import { keys } from './keys.ts';
import type { SamplingRequest } from './request.ts';

/** Calls to the server at the same time: thousands of ids are looked up in seconds. */
const requestConcurrency = 16;

/** The selected part of a dataset: its videos, and whether everything below it. */
export type Share = { take: 'all' | 'none' | number[]; nested: boolean };

/** The datasets to list, by id: the requested ones and those above them. */
export type Scope = Map<number, Share>;

/**
 * Resolves the datasets and videos of a request; undefined: all. Datasets below a requested one are included only with
 * `includeNested`; those above it are mirrored without their videos.
 * @throws SamplingFailure for a dataset or video that isn't part of the source project
 */
export async function resolveScope(
	supervisely: Pick<SuperviselyApi, 'dataset' | 'video'>,
	source: SamplingRequest['source'],
): Promise<Scope | undefined> {
	if (!source.datasetIds && !source.videoIds) return undefined;
	const scope: Scope = new Map();
	// Each request has a limit of its own, so that the calls of an abandoned request don't delay the next one.
	const limit = pLimit(requestConcurrency);
	const asked = new Map<number, Promise<Dataset | undefined>>();
	const dataset = (id: number) => {
		const known = asked.get(id) ?? limit(() => supervisely.dataset(id));
		asked.set(id, known);
		return known;
	};
	const walkUp = async (first: number, what: string): Promise<void> => {
		for (let id: number | null | undefined = first; id; ) {
			const found: Dataset | undefined = await dataset(id);
			if (!found || found.projectId !== source.projectId) {
				throw new SamplingFailure(`${what} isn't part of project ${source.projectId}: check the id`);
			}
			if (!scope.has(id)) scope.set(id, { take: 'none', nested: false });
			id = found.parentId;
		}
	};
	for (const id of source.datasetIds ?? []) void dataset(id).catch(() => {});
	const videos = await Promise.all((source.videoIds ?? []).map(id => limit(() => supervisely.video(id))));
	for (const id of source.datasetIds ?? []) {
		await walkUp(id, `Dataset ${id}`);
		scope.set(id, { take: 'all', nested: source.includeNested });
	}
	for (const [at, id] of (source.videoIds ?? []).entries()) {
		const video = videos[at];
		if (!video) throw new SamplingFailure(`There is no video ${id}: check the id`);
		await walkUp(video.datasetId, `Video ${id}`);
		const share = scope.get(video.datasetId) as Share;
		if (share.take !== 'all') {
			scope.set(video.datasetId, { ...share, take: [...(share.take === 'none' ? [] : share.take), id] });
		}
	}
	return scope;
}

/**
 * The selected part of a dataset of the source; undefined when nothing of it is selected.
 * @param nested whether everything below its parent is selected
 */
export function shareOf(dataset: number, nested: boolean, scope: Scope | undefined): Share | undefined {
	return nested ? { take: 'all', nested } : scope?.get(dataset);
}

/** The selected videos of a dataset. */
export function takenOf<Video extends { id: number }>({ take }: Pick<Share, 'take'>, videos: Video[]): Video[] {
	if (!Array.isArray(take)) return take === 'all' ? videos : [];
	const ids = new Set(take);
	return videos.filter(({ id }) => ids.has(id));
}

export const scopeSchema = storedObject({
	schema: z.literal(1),
	shares: z.array(
		z.tuple([
			z.int(),
			storedObject({ take: z.union([z.literal('all'), z.literal('none'), z.array(z.int())]), nested: z.boolean() }),
		]),
	),
});

/** Stores a scope, so that later messages don't have to resolve it again. */
export function writeScope(store: StateStore, sampling: string, scope: Scope): Promise<void> {
	return store.write(keys.scope(sampling), scopeSchema.encode({ schema: 1, shares: [...scope] }));
}

/** The scope of a sampling; undefined when everything is selected. */
export async function readScope(store: StateStore, sampling: string): Promise<Scope | undefined> {
	const found = await readDocument(store, keys.scope(sampling), scopeSchema);
	return found && new Map(found.shares);
}
