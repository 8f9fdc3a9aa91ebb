import type { Check } from './check.ts';
import { deadLetterChecks } from './sqs-checks/dead-letters.ts';
import { messageChecks } from './sqs-checks/messages.ts';
import { queueChecks } from './sqs-checks/queues.ts';
import { sqsRefusalChecks } from './sqs-checks/refusals.ts';
import { visibilityChecks } from './sqs-checks/visibility.ts';
import type { SqsContext } from './sqs-context.ts';

/** What an SQS must do for this system, as calls of the real SDK. */
export const sqsSuite: readonly Check<SqsContext>[] = [
	...queueChecks,
	...messageChecks,
	...visibilityChecks,
	...deadLetterChecks,
	...sqsRefusalChecks,
];
