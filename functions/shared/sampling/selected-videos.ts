import { firstPage, type Page, type SuperviselyApi } from '../supervisely/remote/api.ts';
import { type Scope, shareOf, takenOf } from './scope.ts';

/** Deepest nesting of datasets, to detect endless nesting. */
const deepestNesting = 100;

/**
 * The selected videos of a project as listings have them, in the order of their ids, dataset by dataset. Pages are
 * requested only as far as the sequence is read.
 */
export function selectedVideos(
	supervisely: Pick<SuperviselyApi, 'datasets' | 'videos'>,
	project: number,
	scope: Scope | undefined,
): AsyncGenerator<{ video: { id: number }; dataset: number }> {
	const below = async function* (
		parent: number | null,
		nested: boolean,
		depth: number,
	): AsyncGenerator<{ video: { id: number }; dataset: number }> {
		if (depth > deepestNesting) return;
		for await (const { id } of allPages(page => supervisely.datasets(project, parent, page))) {
			const share = shareOf(id, nested, scope);
			if (!share) continue;
			if (share.take !== 'none') {
				for await (const video of allPages(page => supervisely.videos(id, page))) {
					if (takenOf(share, [video]).length > 0) yield { video, dataset: id };
				}
			}
			if (share.nested || scope) yield* below(id, share.nested, depth + 1);
		}
	};
	return below(null, scope === undefined, 1);
}

async function* allPages<Entity>(list: (page: typeof firstPage) => Promise<Page<Entity>>): AsyncGenerator<Entity> {
	const first = await list(firstPage);
	yield* first.entities;
	for (let number = 2; number <= first.pages; number++)
		yield* (await list({ number, perPage: first.perPage })).entities;
}
