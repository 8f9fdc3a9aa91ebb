import type { Construct } from 'constructs';
import { WorkQueue } from './constructs/work-queue.ts';
import type { Deployment } from './deployment.ts';
import type { Parameters } from './parameters.ts';
import { settings } from './settings.ts';
import type { Stages } from './stages.ts';

/** The three queues between the functions. */
export type WorkQueues = { plan: WorkQueue; chunks: WorkQueue; recounts: WorkQueue };

/** Makes the queues, each with the function that takes its messages. Dead letters of all three go to reduce. */
export function makeWorkQueues(
	scope: Construct,
	{ fanOut, decode, reduce }: Stages,
	{ key }: Pick<Deployment, 'key'>,
	{ fanOutWidth, decodeWidth, recountWidth }: Pick<Parameters, 'fanOutWidth' | 'decodeWidth' | 'recountWidth'>,
): WorkQueues {
	const { deliveries, messagesKept } = settings;
	const common = {
		...{ deliveries, messagesKept, key },
		...{ deadLetterConsumer: reduce, deadLetterConsumerTimeout: settings.reduce.timeout },
	};
	return {
		plan: new WorkQueue(scope, 'Plan', {
			...{ worker: fanOut, workerTimeout: settings.fanOut.timeout, batchSize: 1, maxConcurrency: fanOutWidth },
			...common,
		}),
		chunks: new WorkQueue(scope, 'Decoding', {
			...{ worker: decode, workerTimeout: settings.decode.timeout, batchSize: 1, maxConcurrency: decodeWidth },
			...common,
		}),
		recounts: new WorkQueue(scope, 'Reporting', {
			...{ worker: reduce, workerTimeout: settings.reduce.timeout, batchSize: 10 },
			maxConcurrency: recountWidth,
			...common,
		}),
	};
}
