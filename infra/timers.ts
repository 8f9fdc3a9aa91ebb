import { type CfnRule, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import type { Parameters } from './parameters.ts';
import { settings } from './settings.ts';
import type { Stages } from './stages.ts';

/** What starts by time: the scheduled sampling, and the sweep of open samplings. */
export type Timers = { schedule: Rule; sweep: Rule };

export function makeTimers(scope: Construct, { api, reduce }: Stages, choice: Parameters): Timers {
	const schedule = new Rule(scope, 'StandingSamplingRule', {
		schedule: Schedule.expression(choice.scheduleExpression),
		targets: [new LambdaFunction(api)],
	});
	(schedule.node.defaultChild as CfnRule).state = choice.scheduleState;
	const sweep = new Rule(scope, 'SweepRule', {
		schedule: Schedule.rate(settings.sweepEvery),
		targets: [new LambdaFunction(reduce)],
	});
	return { schedule, sweep };
}
