import { Aws, Duration } from 'aws-cdk-lib';
import { Rule, Schedule as RuleSchedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
	type CfnSchedule,
	ContextAttribute,
	Schedule,
	ScheduleExpression,
	ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { grantKey } from './constructs/grant-key.ts';
import type { Deployment } from './deployment.ts';
import type { Parameters } from './parameters.ts';
import { settings } from './settings.ts';
import type { Stages } from './stages.ts';

/** What starts by time. `notStarted`: queue of the events for which the scheduled sampling could not be started. */
export type Timers = { notStarted: Queue; sweep: Rule };

/** Makes the schedule of the scheduled sampling, in a time zone of choice, and the rule that sweeps open samplings. */
export function makeTimers(
	scope: Construct,
	{ api, reduce }: Stages,
	{ key }: Pick<Deployment, 'key'>,
	choice: Pick<Parameters, 'scheduleExpression' | 'scheduleTimeZone' | 'scheduleState'>,
): Timers {
	const notStarted = new Queue(scope, 'StandingSamplingDeadLetters', {
		...{ retentionPeriod: Duration.days(14), enforceSSL: true },
		...(key ? { encryptionMasterKey: key } : {}),
	});
	// Only schedules of this account may assume this role.
	const role = new Role(scope, 'StandingSamplingRole', {
		assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
			conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
		}),
	});
	if (key) grantKey([role], key);
	// The schedule invokes asynchronously: Lambda retries a failed event twice, then sends it to this queue.
	// The CDK's own destination would grant more rights than this.
	notStarted.grant(api, 'sqs:SendMessage');
	api.configureAsyncInvoke({ onFailure: { bind: () => ({ destination: notStarted.queueArn }) } });
	const schedule = new Schedule(scope, 'StandingSamplingSchedule', {
		schedule: ScheduleExpression.expression(choice.scheduleExpression),
		description: 'Starts the scheduled sampling',
		target: new LambdaInvoke(api, {
			// By this time the api function detects a run that it has started already.
			input: ScheduleTargetInput.fromObject({ ...scheduledEvent, time: ContextAttribute.scheduledTime }),
			retryAttempts: 20,
			maxEventAge: Duration.hours(6),
			deadLetterQueue: notStarted,
			role,
		}),
	});
	// The construct takes no parameters of the stack for these.
	const resource = schedule.node.defaultChild as CfnSchedule;
	resource.state = choice.scheduleState;
	resource.scheduleExpressionTimezone = choice.scheduleTimeZone;
	const sweep = new Rule(scope, 'SweepRule', {
		schedule: RuleSchedule.rate(settings.sweepEvery),
		targets: [new LambdaFunction(reduce)],
	});
	return { notStarted, sweep };
}

const scheduledEvent = { 'detail-type': 'Scheduled Event', source: 'aws.scheduler' };
