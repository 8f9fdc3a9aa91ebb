import type { FrameFault } from './extract-frames.ts';
import type { Recipe, WantedFrame } from './recipe.ts';
import { feedPart } from './sub-recipe.ts';

/**
 * Parts a recipe's frames from those whose bytes, or the bytes before them, lie behind the end of the file. A decoder
 * would make up what is cut off, often without a word.
 * @param fileSize in bytes
 */
export const withoutCutOff = (
	recipe: Recipe,
	wanted: WantedFrame[],
	fileSize: number,
): { recipe: Recipe; wanted: WantedFrame[]; faults: FrameFault[] } => {
	const { feed } = recipe;
	if (feed.kind === 'whole') return { recipe, wanted, faults: [] };
	const end = (at: number) => (feed.offset[at] as number) + (feed.size[at] as number);
	const first = feed.offset.findIndex((_, at) => end(at) > fileSize);
	if (first < 0) return { recipe, wanted, faults: [] };
	const cut = new Set(feed.pts.slice(first));
	return {
		recipe: { ...recipe, feed: feedPart(feed, 0, first) },
		wanted: wanted.filter(({ pts }) => !cut.has(pts)),
		faults: wanted
			.filter(({ pts }) => cut.has(pts))
			.map(({ index }) => ({
				index,
				reason: 'corrupt' as const,
				message: `Frame ${index} is cut off: its pictures need ${end(first)} bytes, the file has ${fileSize}`,
			})),
	};
};
