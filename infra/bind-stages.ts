import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { ffmpegPath } from './constructs/ffmpeg-layer.ts';
import { grantState } from './constructs/grant-state.ts';
import type { Parameters } from './parameters.ts';
import { settings } from './settings.ts';
import type { Stages } from './stages.ts';
import { stateRights } from './state-rights.ts';
import type { WorkQueues } from './work-queues.ts';

/** Sets the environment variables of the functions, and grants the rights to what they name. */
export function bindStages(stages: Stages, state: Bucket, queues: WorkQueues, choice: Parameters): void {
	const { api, fanOut, decode, reduce } = stages;
	const { plan, chunks, recounts } = queues;
	for (const [stage, rights] of [
		[api, stateRights.api],
		[fanOut, stateRights.fanOut],
		[decode, stateRights.decode],
		[reduce, stateRights.reduce],
	] as const) {
		stage.bind('STATE_BUCKET', state.bucketName, grantee => grantState(state, grantee, rights));
	}
	const token = new PolicyStatement({
		actions: ['ssm:GetParameter'],
		resources: [Stack.of(state).formatArn({ service: 'ssm', resource: `parameter${choice.tokenParameter}` })],
	});
	for (const stage of [api, fanOut, decode, reduce]) {
		stage.bind('SUPERVISELY_SERVER', choice.superviselyServer);
		stage.bind('REQUEST_SECONDS', choice.requestSeconds);
		stage.bind('TOKEN_PARAMETER', choice.tokenParameter, grantee => grantee.grantPrincipal.addToPrincipalPolicy(token));
	}
	api.bind('PLAN_QUEUE_URL', plan.queue.queueUrl, plan.senders);
	api.bind('RECOUNT_QUEUE_URL', recounts.queue.queueUrl, recounts.senders);
	api.bind('SCHEDULED_SAMPLING', choice.standingSampling);
	for (const [stage, { memoryMiB }] of Object.entries({
		FAN_OUT: settings.fanOut,
		DECODE: settings.decode,
		REDUCE: settings.reduce,
	})) {
		for (const each of [api, fanOut]) each.bind(`${stage}_MIB`, String(memoryMiB));
	}
	fanOut.bind('PLAN_QUEUE_URL', plan.queue.queueUrl, plan.senders);
	fanOut.bind('DECODE_QUEUE_URL', chunks.queue.queueUrl, chunks.senders);
	fanOut.bind('RECOUNT_QUEUE_URL', recounts.queue.queueUrl, recounts.senders);
	for (const stage of [api, fanOut]) stage.bind('FRAMES_PER_CHUNK', choice.framesPerChunk);
	fanOut.bind('MAX_FRAMES', choice.maxFrames);
	fanOut.bind('MAX_DOLLARS', choice.maxDollars);
	// Deferred messages are sent to their own queue again.
	decode.bind('DECODE_QUEUE_URL', chunks.queue.queueUrl, chunks.senders);
	decode.bind('RECOUNT_QUEUE_URL', recounts.queue.queueUrl, recounts.senders);
	reduce.bind('RECOUNT_QUEUE_URL', recounts.queue.queueUrl, recounts.senders);
	reduce.bind('PLAN_QUEUE_URL', plan.queue.queueUrl, plan.senders);
	reduce.bind('STUCK_SECONDS', String(settings.stuckAfter.toSeconds()));
	reduce.bind('QUIET_SECONDS', String(settings.sweepEvery.toSeconds()));
	reduce.bind('MESSAGES_KEPT_SECONDS', String(settings.messagesKept.toSeconds()));
	for (const stage of [fanOut, decode, reduce]) {
		stage.bind('LEASE_SECONDS', choice.leaseSeconds);
		stage.bind('DELIVERIES', String(settings.deliveries));
		stage.bind('LONGEST_WAIT_SECONDS', choice.longestWaitSeconds);
		stage.bind('LONGEST_OUTAGE_SECONDS', choice.longestOutageSeconds);
	}
	reduce.bind('PROGRESS_SECONDS', choice.progressSeconds);
	for (const stage of [fanOut, decode]) stage.bind('FFMPEG_PATH', ffmpegPath);
}
