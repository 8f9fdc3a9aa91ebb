import { keys } from '#shared/sampling/keys.ts';
import { type Node, nodeSchema } from '#shared/sampling/node.ts';
import type { FanOutPorts } from './ports.ts';

/**
 * Makes a node of the walk known, before any of its children is enqueued. A node without children is finished at
 * once, so it is reported. The first writing counts: a repeated step that finds another listing changes nothing.
 * @returns the node as it is kept
 */
export const writeNode = async (
	{ store, sendReport }: Pick<FanOutPorts, 'store' | 'sendReport'>,
	sampling: string,
	node: Omit<Node, 'schema'>,
): Promise<void> => {
	await store.create(keys.node(sampling, node.id), nodeSchema.encode({ schema: 1, ...node }));
	if (node.children.length === 0) await sendReport([{ schema: 1, sampling, node: node.id }]);
};
