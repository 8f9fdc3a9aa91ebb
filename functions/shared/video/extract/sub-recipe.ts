import { presentationOrder } from '../index/video-index.ts';
import { groupsOf } from '../plan-chunks.ts';
import type { Recipe, WantedFrame } from './recipe.ts';

export type Part = { recipe: Recipe; wanted: WantedFrame[] };
type Feed = Exclude<Recipe['feed'], { kind: 'whole' }>;

/**
 * The same frames group by group: a recipe for each group of pictures that has some of them. For chunks in which
 * something is broken, so that the damage of one group isn't taken for that of another.
 */
export const byGroup = (recipe: Recipe, wanted: WantedFrame[]): Part[] => {
	const { feed } = recipe;
	if (feed.kind === 'whole') return [{ recipe, wanted }];
	const pts = Float64Array.from(feed.pts);
	const shown = presentationOrder(pts, () => true);
	const places = new Map(Array.from(shown, (at, place) => [pts[at], place]));
	const byPlace = new Map(wanted.map(frame => [places.get(frame.pts) as number, frame]));
	const index = { pts, key: Uint8Array.from(feed.key, Number), shown };
	return groupsOf(index, [...byPlace.keys()]).map(({ frames, key, last }) => ({
		recipe: { ...recipe, feed: feedPart(feed, key, last + 1) },
		wanted: frames.map(place => byPlace.get(place) as WantedFrame),
	}));
};

/** The pictures `[first, end)` of a feed. */
export const feedPart = (feed: Feed, first: number, end: number): Feed => {
	const part = <Item>(column: Item[]) => column.slice(first, end);
	const columns = {
		runs: [0, ...feed.runs.filter(start => start > first && start < end).map(start => start - first)],
		offset: part(feed.offset),
		size: part(feed.size),
		pts: part(feed.pts),
		key: part(feed.key),
	};
	return feed.kind === 'samples'
		? { ...feed, ...columns, dts: part(feed.dts) }
		: { ...feed, ...columns, clusterTime: part(feed.clusterTime) };
};
