import { log } from '#shared/log.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { nodeIds, nodeSchema } from '#shared/sampling/node.ts';
import { countNode } from './count-node.ts';
import type { ReducePorts } from './ports.ts';

/** Recounts every open sampling from its unfinished nodes upward, so that a lost message heals. */
export const sweep = async (ports: ReducePorts): Promise<void> => {
	const { store } = ports;
	for await (const key of store.list(keys.openSamplings)) {
		const sampling = key.slice(keys.openSamplings.length, -'.json'.length);
		try {
			for (const node of await unfinishedNodes(ports, sampling)) await countNode(ports, { schema: 1, sampling, node });
		} catch (error) {
			log.error('An open sampling could not be recounted', { sampling, error });
		}
	}
};

/** Nodes without a marker, the deepest first. */
const unfinishedNodes = async ({ store }: ReducePorts, sampling: string): Promise<string[]> => {
	const found: string[] = [];
	for (let level: string[] = [nodeIds.project]; level.length > 0; ) {
		found.unshift(...level);
		const below: string[] = [];
		for (const id of level) {
			const node = await readDocument(store, keys.node(sampling, id), nodeSchema);
			if (!node || id.startsWith('video-')) continue;
			const done = new Set<string>();
			for await (const key of store.list(keys.doneIn(sampling, id))) done.add(key);
			below.push(...node.children.filter(child => !done.has(keys.done(sampling, id, child))));
		}
		level = below;
	}
	return found;
};
