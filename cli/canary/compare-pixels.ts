import { ruleOf, textTable } from '../table.ts';

/** A frame whose pixels are not the known ones. `known` is null for a frame that should not exist. */
export type Difference = { frame: number; known: string | null; found: string };

/**
 * Compares pictures with the known ones.
 * @param found SHA-256 of the pixels by frame, or a word that says why there is none
 * @returns the frames that differ, in their order; empty when all are exact
 */
export function comparePixels(known: readonly string[], found: ReadonlyMap<number, string>): Difference[] {
	const others = [...found.keys()].filter(frame => frame >= known.length).sort((a, b) => a - b);
	const all: Difference[] = [
		...known.map((hash, frame) => ({ frame, known: hash, found: found.get(frame) ?? 'missing' })),
		...others.map(frame => ({ frame, known: null, found: String(found.get(frame)) })),
	];
	return all.filter(each => each.found !== each.known);
}

const widths = [5, 35, 34];
/** Characters of a hash that are shown. */
const shown = 32;

/** A table of differences of at most 80 columns; hashes are shortened. */
export function differencesTable(differences: Difference[]): string {
	const rows = differences.map(({ frame, known, found }) => [
		String(frame),
		(known ?? 'no such frame').slice(0, shown),
		found.slice(0, shown),
	]);
	return textTable(widths, [['frame', 'known SHA-256 of the pixels', 'found'], ruleOf(widths), ...rows]);
}
