import pLimit from 'p-limit';
import { type Scope, shareOf, takenOf } from '#shared/sampling/scope.ts';
import { firstPage, type Page, type SuperviselyApi } from '#shared/supervisely/remote/api.ts';

/** Calls to the server at the same time. */
const requestConcurrency = 8;

/**
 * Lists the selected videos of a project, in parallel and in any order.
 * @param deadline when to stop, in epoch milliseconds
 * @param look called with each video, as it is in the listing
 * @returns whether all were listed before the deadline
 */
export async function listSelectedVideos(
	supervisely: Pick<SuperviselyApi, 'datasets' | 'videos'>,
	project: number,
	{ scope, deadline }: { scope: Scope | undefined; deadline: number },
	look: (video: { id: number }, dataset: number) => void,
): Promise<boolean> {
	const limit = pLimit(requestConcurrency);
	let complete = true;
	const allPages = async <Entity>(
		list: (page: { number: number; perPage: number }) => Promise<Page<Entity>>,
		take: (entities: Entity[]) => void,
	): Promise<void> => {
		let page = firstPage;
		for (let pages = 1; page.number <= pages; page = { ...page, number: page.number + 1 }) {
			if (Date.now() > deadline) {
				complete = false;
				return;
			}
			const listing = await limit(() => list(page));
			if (page.number === 1) {
				pages = listing.pages;
				page = { number: 1, perPage: listing.perPage };
			}
			take(listing.entities);
		}
	};
	const below = async (parent: number | null, nested: boolean): Promise<void> => {
		const open: Promise<void>[] = [];
		const openDataset = (id: number) => {
			const share = shareOf(id, nested, scope);
			if (!share) return;
			if (share.take !== 'none') {
				open.push(
					allPages(
						page => supervisely.videos(id, page),
						videos => {
							for (const video of takenOf(share, videos)) look(video, id);
						},
					),
				);
			}
			if (share.nested || scope) open.push(below(id, share.nested));
		};
		await allPages(
			page => supervisely.datasets(project, parent, page),
			datasets => {
				for (const { id } of datasets) openDataset(id);
			},
		);
		await Promise.all(open);
	};
	await below(null, scope === undefined);
	return complete;
}
