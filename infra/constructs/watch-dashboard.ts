import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { faultsByReason, metricOf, metricOfAll } from './framefan-metric.ts';
import type { StageFunction } from './stage-function.ts';
import type { WorkQueue } from './work-queue.ts';

type Watched = {
	functions: { name: string; stage: StageFunction }[];
	queues: { name: string; queues: WorkQueue }[];
	/** The function that uploads frames. */
	decode: StageFunction;
};

const period = Duration.minutes(5);
const second = Duration.seconds(1);

/** A CloudWatch dashboard: how fast it goes, what waits, what fails, and what it costs. */
export class WatchDashboard extends Construct {
	constructor(scope: Construct, id: string, { functions, queues, decode }: Watched) {
		super(scope, id);
		const stages = functions.map(({ stage }) => stage);
		const ofQueues = (metric: (queues: WorkQueue, label: string) => IMetric): IMetric[] =>
			queues.map(({ name, queues: each }) => metric(each, name));
		const ofFunctions = (metric: (stage: StageFunction, label: string) => IMetric): IMetric[] =>
			functions.map(({ name, stage }) => metric(stage, name));
		const perSecond = (name: 'FramesUploaded' | 'BytesRead' | 'BytesUploaded', label: string) =>
			metricOfAll([decode], name, { period, label, per: second });
		const graph = (title: string, unit: string, left: IMetric[]) =>
			new GraphWidget({ title, left, leftYAxis: { label: unit, showUnits: false, min: 0 }, width: 12 });
		const phases = (['FetchTime', 'DecodeTime', 'EncodeTime', 'UploadTime', 'AnnotateTime'] as const).map(name =>
			metricOf(decode, name, period),
		);
		const ofDuration = (statistic: string) => (stage: StageFunction, name: string) =>
			stage.metricDuration({ period, statistic, label: `${name} ${statistic}` });

		new Dashboard(this, 'Dashboard', {
			dashboardName: Stack.of(this).stackName,
			defaultInterval: Duration.hours(12),
			widgets: [
				[
					graph('Frames', 'frames/s', [perSecond('FramesUploaded', 'uploaded')]),
					graph('Bytes', 'bytes/s', [perSecond('BytesRead', 'read'), perSecond('BytesUploaded', 'uploaded')]),
				],
				[
					graph(
						'Age of the oldest message',
						'seconds',
						ofQueues(({ queue }, label) =>
							queue.metricApproximateAgeOfOldestMessage({ period, statistic: Stats.MAXIMUM, label }),
						),
					),
					graph(
						'Messages waiting, and dead letters',
						'messages',
						ofQueues(({ queue }, label) => queue.metricApproximateNumberOfMessagesVisible({ period, label })).concat(
							ofQueues(({ deadLetters }, name) =>
								deadLetters.metricApproximateNumberOfMessagesVisible({ period, label: `${name} dead letters` }),
							),
						),
					),
				],
				[
					graph('Faults by reason', 'faults', [faultsByReason(stages, period)]),
					graph('Failed and throttled', 'in 5 minutes', [
						...ofFunctions((stage, name) => stage.metricThrottles({ period, label: `${name} throttles` })),
						...ofFunctions((stage, name) => stage.metricErrors({ period, label: `${name} errors` })),
						metricOfAll(stages, 'FailedDeliveries', { period, label: 'failed deliveries' }),
						metricOfAll(stages, 'Retries', { period, label: 'retried calls' }),
						metricOfAll(stages, 'SamplingsFailed', { period, label: 'samplings failed' }),
					]),
				],
				[
					graph('Duration, p50', 'milliseconds', ofFunctions(ofDuration('p50'))),
					graph('Duration, p99', 'milliseconds', ofFunctions(ofDuration('p99'))),
				],
				[
					graph('Time by phase, added up over all chunks', 'milliseconds', phases),
					graph('Cost, estimated', 'dollars an hour', [
						metricOfAll(stages, 'Dollars', { period, label: 'all functions', per: Duration.hours(1) }),
					]),
				],
			],
		});
	}
}
