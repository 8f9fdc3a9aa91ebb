import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { bindStages } from './bind-stages.ts';
import { readChoices } from './choices.ts';
import { grantKey } from './constructs/grant-key.ts';
import { HttpEntry } from './constructs/http-entry.ts';
import { StateBucket } from './constructs/state-bucket.ts';
import { makeDeployment } from './deployment.ts';
import { makeParameters } from './parameters.ts';
import { makeStages } from './stages.ts';
import { makeTimers } from './timers.ts';
import { watch } from './watch.ts';
import { makeWorkQueues } from './work-queues.ts';

/**
 * The whole system, in the order of the data:
 * HTTP API or schedule → api → [plan queue] → fan-out → [decode queue] → decode → [recount queue] → reduce.
 * Dead letters of all three queues go to reduce, which turns them into faults.
 */
export class FramefanStack extends Stack {
	constructor(scope: Construct, id: string, props: StackProps & { layersFor: 'deployment' | 'host' }) {
		super(scope, id, props);
		const deployment = makeDeployment(this, readChoices(this.node), props.layersFor);
		const choice = makeParameters(this);
		const state = new StateBucket(this, 'State', deployment);
		const stages = makeStages(this, deployment);
		const queues = makeWorkQueues(this, stages, deployment, choice);
		bindStages(stages, state, queues, choice);
		if (deployment.key) grantKey(Object.values(stages), deployment.key);
		const http = new HttpEntry(this, 'Http', stages.api, deployment);
		const timers = makeTimers(this, stages, choice);
		const { topic } = watch(this, stages, queues, timers, choice);

		new CfnOutput(this, 'AlarmTopic', { value: topic.topicArn });
		new CfnOutput(this, 'HttpUrl', { value: http.apiEndpoint });
		new CfnOutput(this, 'StateBucket', { value: state.bucketName });
	}
}
