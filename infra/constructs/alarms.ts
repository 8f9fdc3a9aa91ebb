import { Duration } from 'aws-cdk-lib';
import {
	Alarm,
	ComparisonOperator,
	type IAlarmAction,
	type IMetric,
	MathExpression,
	Metric,
	Stats,
	TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Rule } from 'aws-cdk-lib/aws-events';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { makeAlarmTopic, notify, subscribe } from './alarm-topic.ts';
import { metricOfAll } from './framefan-metric.ts';
import type { StageFunction } from './stage-function.ts';
import type { WorkQueue } from './work-queue.ts';

type Watched = {
	/** Address that the topic writes to; empty if there is none. */
	email: string;
	/** The topic that is notified: an ARN, or `ownTopic`. */
	topicArn: string;
	functions: { name: string; stage: StageFunction; timeout: Duration }[];
	/** `longestAge`: of the oldest message, above which there is an alarm. */
	queues: { name: string; queues: WorkQueue; longestAge: Duration }[];
	/** Queue of the events for which the scheduled sampling could not be started. */
	notStarted: Queue;
	/** The rule that sweeps open samplings. */
	sweep: Rule;
};

/** What an alarm needs beside its metric. */
type Limit = { description: string; above: number; periods: number };

const window = { period: Duration.minutes(15) };

/** Alarms of the deployment, and the SNS topic that they notify unless another is given. */
export class Alarms extends Construct {
	readonly topic: Topic;
	private readonly action: IAlarmAction;

	constructor(scope: Construct, id: string, { email, topicArn, functions, queues, notStarted, sweep }: Watched) {
		super(scope, id);
		this.topic = makeAlarmTopic(this);
		subscribe(this, this.topic, email);
		this.action = notify(this, this.topic, topicArn);

		const stages = functions.map(({ stage }) => stage);
		this.add('SamplingsFailed', metricOfAll(stages, 'SamplingsFailed', window), {
			description: 'A sampling has ended as failed: its status has the reason',
			above: 0,
			periods: 1,
		});

		for (const {
			name,
			queues: { queue, deadLetters },
			longestAge,
		} of queues) {
			this.add(`${name}DeadLetters`, allMessages(deadLetters), {
				description: `The dead-letter queue of ${name} has not been empty for an hour: reduce could not turn dead letters into faults. Inspect them, then delete or redrive them`,
				above: 0,
				periods: 4,
			});
			this.add(`${name}Age`, queue.metricApproximateAgeOfOldestMessage(window), {
				description: `The oldest message of ${name} has waited for ${longestAge.toHours()} hours: its function is too slow, throttled or failing`,
				above: longestAge.toSeconds(),
				periods: 1,
			});
			this.add(`${name}Sent`, queue.metricNumberOfMessagesSent({ period: Duration.hours(1) }), {
				description: `More than a million messages an hour have been sent to ${name} for 6 hours: messages may be sent without end`,
				above: 1_000_000,
				periods: 6,
			});
		}
		for (const { name, stage, timeout } of functions) {
			this.add(`${name}Errors`, stage.metricErrors(window), {
				description: `${name} crashed or ran out of time more than 3 times in 15 minutes: see its log`,
				above: 3,
				periods: 1,
			});
			this.add(`${name}Throttles`, stage.metricThrottles(window), {
				description: `${name} has been throttled for 45 minutes: the account's quota of concurrent executions is too small`,
				above: 0,
				periods: 3,
			});
			this.add(`${name}Duration`, stage.metricDuration({ ...window, statistic: Stats.MAXIMUM }), {
				description: `${name} has taken more than 90 % of its time limit for 45 minutes`,
				above: timeout.toMilliseconds() * 0.9,
				periods: 3,
			});
		}
		this.add('StandingSamplingFailed', allMessages(notStarted), {
			description:
				'The schedule could not start the scheduled sampling: the messages of its dead-letter queue say when, and why',
			above: 0,
			periods: 1,
		});
		const failedSweeps = new Metric({
			...{ namespace: 'AWS/Events', metricName: 'FailedInvocations', dimensionsMap: { RuleName: sweep.ruleName } },
			...{ statistic: Stats.SUM, ...window },
		});
		this.add('SweepFailed', failedSweeps, {
			description: 'The rule of the sweep could not start its function',
			above: 0,
			periods: 1,
		});
	}

	private add(id: string, metric: IMetric, { description, above, periods }: Limit): void {
		const alarm = new Alarm(this, id, {
			metric,
			alarmDescription: description,
			threshold: above,
			comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
			evaluationPeriods: periods,
			treatMissingData: TreatMissingData.NOT_BREACHING,
		});
		alarm.addAlarmAction(this.action);
	}
}

/**
 * The largest number of messages of a queue, visible or in flight. Used instead of the age of the oldest one, which in
 * SQS leaves out messages that were received three times, as happens to all that their consumer fails to handle.
 */
const allMessages = (queue: Queue): IMetric =>
	new MathExpression({
		expression: 'waiting + hidden',
		usingMetrics: {
			waiting: queue.metricApproximateNumberOfMessagesVisible({ ...window, statistic: Stats.MAXIMUM }),
			hidden: queue.metricApproximateNumberOfMessagesNotVisible({ ...window, statistic: Stats.MAXIMUM }),
		},
		...window,
	});
