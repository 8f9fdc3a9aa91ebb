import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './constructs/alarms.ts';
import { WatchDashboard } from './constructs/watch-dashboard.ts';
import type { Parameters } from './parameters.ts';
import { settings } from './settings.ts';
import type { Stages } from './stages.ts';
import type { Timers } from './timers.ts';
import type { WorkQueues } from './work-queues.ts';

/** Makes the dashboard and the alarms. */
export function watch(
	scope: Construct,
	{ api, fanOut, decode, reduce }: Stages,
	{ plan, chunks, recounts }: WorkQueues,
	{ schedule, sweep }: Timers,
	{ alarmEmail: email, alarmTopicArn: topicArn }: Pick<Parameters, 'alarmEmail' | 'alarmTopicArn'>,
): Alarms {
	const functions = [
		{ name: 'Api', stage: api, timeout: settings.api.timeout },
		{ name: 'FanOut', stage: fanOut, timeout: settings.fanOut.timeout },
		{ name: 'Decode', stage: decode, timeout: settings.decode.timeout },
		{ name: 'Reduce', stage: reduce, timeout: settings.reduce.timeout },
	];
	const queues = [
		{ name: 'Plan', queues: plan, longestAge: Duration.hours(2) },
		// Chunks of a large sampling wait longer than other messages.
		{ name: 'Decoding', queues: chunks, longestAge: Duration.hours(12) },
		{ name: 'Reporting', queues: recounts, longestAge: Duration.hours(1) },
	];
	new WatchDashboard(scope, 'Watch', { functions, queues, decode });
	return new Alarms(scope, 'Alarms', {
		...{ email, topicArn, functions, queues },
		rules: [
			{ name: 'StandingSampling', rule: schedule },
			{ name: 'Sweep', rule: sweep },
		],
	});
}
