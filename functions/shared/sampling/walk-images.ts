import { readAhead } from '../bounded-work.ts';
import type { StateStore } from '../state-store.ts';
import { readDocument, readNode } from './documents.ts';
import { type ImageRows, imageRowsSchema } from './image-rows.ts';
import { type Attempt, keys } from './keys.ts';
import { type Node, nodeIds } from './node.ts';

/** Where a walk over the images of a sampling continues: the index of the child at each level of nodes. */
export type WalkPosition = number[];

/**
 * The images of a sampling in the order of its source, document by document, each with the position after it. Bounded
 * memory, however many there are.
 * @param from the position after the last document that was read
 */
export async function* walkImages(
	store: StateStore,
	at: Attempt,
	from: WalkPosition = [],
): AsyncGenerator<{ images: ImageRows; next: WalkPosition }> {
	yield* below(store, at, nodeIds.project, from, []);
}

async function* below(
	store: StateStore,
	at: Attempt,
	id: string,
	[first = 0, ...rest]: WalkPosition,
	above: WalkPosition,
): ReturnType<typeof walkImages> {
	const node = await readNode(store, at, id);
	if (!node) return;
	const parts = partsOf(node);
	if (!node.video) {
		for (let n = first; n < parts.length; n++)
			yield* below(store, at, parts[n] as string, n === first ? rest : [], [...above, n]);
		return;
	}
	const read = (part: string) => readDocument(store, keys.imageRows(at.sampling, part), imageRowsSchema);
	let n = first;
	for await (const [, images] of readAhead(parts.slice(first), read)) {
		n++;
		if (images) yield { images, next: [...above, n] };
	}
}

/** The children of a node; for a video first the node itself, whose document has the images that no chunk works on. */
const partsOf = ({ id, video, children }: Node): string[] => (video ? [id, ...children] : children);
