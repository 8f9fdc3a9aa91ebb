import { invalidParameter } from './errors.ts';
import type { Parameters } from './parameters.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

/** Context passed to every operation. */
export type SqsContext = {
	readonly queues: Queues;
	readonly accountId: string;
	/** Where this server listens now. */
	readonly endpoint: string;
	/** Aborted when the client has hung up. */
	readonly gone: AbortSignal;
};

/** One operation of the SQS API. */
export type Operation = {
	/** The parameters it knows. */
	readonly takes: readonly string[];
	/** @returns the JSON answer. @throws SqsError */
	run(parameters: Parameters, context: SqsContext): object | Promise<object>;
};

export type Operations = Readonly<Record<string, Operation>>;

export function queueUrl(queue: Queue, { endpoint, accountId }: Pick<SqsContext, 'endpoint' | 'accountId'>): string {
	return `${endpoint}/${accountId}/${queue.name}`;
}

/**
 * The queue a request is about. Only the path of its URL counts: the port may have been another when the caller learnt it.
 *
 * @throws SqsError
 */
export function queueOf(parameters: Parameters, { queues, accountId }: SqsContext): Queue {
	const url = parameters.text('QueueUrl');
	const [, account, name = ''] = /^(?:https?:\/\/[^/]*)?\/([^/]*)\/([^/]*)$/.exec(url) ?? [];
	if (account !== accountId)
		throw invalidParameter('QueueUrl', url, `The address is not valid for account ${accountId}.`);
	return queues.get(name);
}
