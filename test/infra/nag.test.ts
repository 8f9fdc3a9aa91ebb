import { App, type IPolicyValidationContext } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { allChoices } from '#test/chosen-template.ts';
import { FramefanStack } from '../../infra/stack.ts';

/** Findings of cdk-nag that stay: by the beginning of the rule and of the resource's path. */
const acknowledged: [rule: string, path: string, reason: string][] = [
	['AwsSolutions-S1', 'State', 'who reads and writes the state is logged by the functions; it holds no personal data'],
	['AwsSolutions-IAM4', '', 'the managed policy of logs gives the rights to log and nothing else'],
	['AwsSolutions-IAM5[Resource::<State', '', 'keys contain the ids of samplings, nodes and videos'],
	['AwsSolutions-IAM5[Resource::<Api', 'StandingSamplingRole', 'these are the versions and aliases of one function'],
	['AwsSolutions-IAM5[Resource::*]', '', 'X-Ray has no resources to name'],
	[
		'Serverless-LambdaDLQ',
		'',
		'messages have dead-letter queues; timers fire again, and an alarm tells of one that failed',
	],
	['Serverless-LambdaEventSourceMappingDestination', '', 'the queues have dead-letter queues'],
	['Serverless-SQSRedrivePolicy', 'Plan/DeadLetters', 'it is itself the dead-letter queue'],
	['Serverless-SQSRedrivePolicy', 'Decoding/DeadLetters', 'it is itself the dead-letter queue'],
	['Serverless-SQSRedrivePolicy', 'Reporting/DeadLetters', 'it is itself the dead-letter queue'],
	['AwsSolutions-SQS3', 'StandingSamplingDeadLetters', 'it is itself the dead-letter queue of the schedule'],
	['Serverless-SQSRedrivePolicy', 'StandingSamplingDeadLetters', 'it is itself the dead-letter queue of the schedule'],
	['Serverless-EventBusDLQ', '', 'timers fire again, and an alarm tells of one that failed'],
	['Serverless-SNSRedrivePolicy', 'Alarms/Email', 'SNS tries an e-mail again by itself'],
];

test.each([
	['as it is', {}],
	['with all that can be chosen', allChoices],
])('cdk-nag finds nothing but what is acknowledged with a reason, %s', (_, choices) => {
	const app = new App({ context: { 'aws:cdk:bundling-stacks': [], ...choices } });
	new FramefanStack(app, 'Framefan', { layersFor: 'host' });
	const context = { appConstruct: app, templatePaths: [] } as unknown as IPolicyValidationContext;
	const packs: NagPack[] = [new AwsSolutionsChecks(), new ServerlessChecks()];
	const findings = packs.flatMap(pack =>
		pack.validate(context).violations.flatMap(({ ruleName, violatingResources }) =>
			violatingResources.map(({ constructPath = '' }) => ({
				ruleName,
				path: constructPath.replace('Framefan/', ''),
			})),
		),
	);
	expect(findings.length).toBeGreaterThan(10);
	const isBy = ({ ruleName, path }: (typeof findings)[number]) =>
		acknowledged.findIndex(([rule, place]) => ruleName.startsWith(rule) && path.startsWith(place));
	expect(findings.filter(finding => isBy(finding) < 0)).toEqual([]);
	// A reason that nothing needs any more goes.
	const needed = new Set(findings.map(isBy));
	expect(acknowledged.filter((_, at) => !needed.has(at))).toEqual([]);
});
