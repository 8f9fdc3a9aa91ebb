import { CfnOutput, CfnParameter, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { type CfnRule, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ownTopic } from './constructs/alarm-topic.ts';
import { Alarms } from './constructs/alarms.ts';
import { ffmpegLayer, ffmpegPath } from './constructs/ffmpeg-layer.ts';
import { grantState } from './constructs/grant-state.ts';
import { HttpEntry } from './constructs/http-entry.ts';
import { MediaLayer } from './constructs/media-layer.ts';
import { StageFunction } from './constructs/stage-function.ts';
import { WatchDashboard } from './constructs/watch-dashboard.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import { deploymentTarget, settings } from './settings.ts';
import { stateRights } from './state-rights.ts';

/**
 * The whole system, in the order of the data:
 * HTTP API or schedule → api → [plan queue] → fan-out → [decode queue] → decode → [recount queue] → reduce.
 * Dead letters of all three queues go to reduce, which turns them into faults.
 */
export class FramefanStack extends Stack {
	constructor(scope: Construct, id: string, props: StackProps & { layersFor: 'deployment' | 'host' }) {
		super(scope, id, props);
		const choice = parameters(this);
		const { architecture } = settings;
		const target = props.layersFor === 'host' ? 'host' : deploymentTarget;

		// State: requests, plans, markers and reports.
		const state = new Bucket(this, 'State', {
			blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
			enforceSSL: true,
			lifecycleRules: [
				// What a scheduled sampling continues from does not expire: its destination, and label fingerprints.
				...['samplings/', 'list/', 'open/', 'leases/', 'claims/', 'videos/'].map(prefix => ({
					prefix,
					expiration: settings.stateRetention,
				})),
				{ abortIncompleteMultipartUploadAfter: Duration.days(1) },
			],
			removalPolicy: RemovalPolicy.RETAIN,
		});

		// Native code.
		const ffmpeg = ffmpegLayer(this, 'FfmpegLayer', target);
		const sharp = new MediaLayer(this, 'SharpLayer', { layer: 'sharp', target, license: 'Apache-2.0 AND LGPL-3.0' });

		// Stages.
		const api = new StageFunction(this, 'Api', { stage: 'api', architecture, ...settings.api });
		const fanOut = new StageFunction(this, 'FanOut', {
			stage: 'fan-out',
			architecture,
			...settings.fanOut,
			layers: [ffmpeg],
			// Fan-out enqueues its own further messages, to a limited depth. It, decode and reduce also send deferred messages to their own queue again.
			recursiveLoop: RecursiveLoop.ALLOW,
		});
		const decode = new StageFunction(this, 'Decode', {
			stage: 'decode',
			architecture,
			...settings.decode,
			layers: [ffmpeg, sharp],
			recursiveLoop: RecursiveLoop.ALLOW,
		});
		const reduce = new StageFunction(this, 'Reduce', {
			stage: 'reduce',
			architecture,
			...settings.reduce,
			recursiveLoop: RecursiveLoop.ALLOW,
		});

		// Queues between them.
		const { deliveries, messagesKept } = settings;
		const deadLetterConsumer = { deadLetterConsumer: reduce, deadLetterConsumerTimeout: settings.reduce.timeout };
		const plan = new WorkQueue(this, 'Plan', {
			worker: fanOut,
			workerTimeout: settings.fanOut.timeout,
			batchSize: 1,
			maxConcurrency: choice.fanOutWidth,
			...{ deliveries, messagesKept },
			...deadLetterConsumer,
		});
		const chunks = new WorkQueue(this, 'Decoding', {
			worker: decode,
			workerTimeout: settings.decode.timeout,
			batchSize: 1,
			maxConcurrency: choice.decodeWidth,
			...{ deliveries, messagesKept },
			...deadLetterConsumer,
		});
		const recounts = new WorkQueue(this, 'Reporting', {
			worker: reduce,
			workerTimeout: settings.reduce.timeout,
			batchSize: 10,
			maxConcurrency: settings.reduce.maxConcurrency,
			...{ deliveries, messagesKept },
			...deadLetterConsumer,
		});

		// Environment variables and rights.
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
			resources: [this.formatArn({ service: 'ssm', resource: `parameter${choice.tokenParameter}` })],
		});
		for (const stage of [api, fanOut, decode, reduce]) {
			stage.bind('SUPERVISELY_SERVER', choice.superviselyServer);
			stage.bind('REQUEST_SECONDS', choice.requestSeconds);
			stage.bind('TOKEN_PARAMETER', choice.tokenParameter, grantee =>
				grantee.grantPrincipal.addToPrincipalPolicy(token),
			);
		}
		api.bind('PLAN_QUEUE_URL', plan.queue.queueUrl, plan.senders);
		api.bind('RECOUNT_QUEUE_URL', recounts.queue.queueUrl, recounts.senders);
		api.bind('SCHEDULED_SAMPLING', choice.standingSampling);
		for (const [stage, { memoryMiB }] of Object.entries({
			FAN_OUT: settings.fanOut,
			DECODE: settings.decode,
			REDUCE: settings.reduce,
		})) {
			api.bind(`${stage}_MIB`, String(memoryMiB));
		}
		fanOut.bind('PLAN_QUEUE_URL', plan.queue.queueUrl, plan.senders);
		fanOut.bind('DECODE_QUEUE_URL', chunks.queue.queueUrl, chunks.senders);
		fanOut.bind('RECOUNT_QUEUE_URL', recounts.queue.queueUrl, recounts.senders);
		for (const stage of [api, fanOut]) stage.bind('FRAMES_PER_CHUNK', choice.framesPerChunk);
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
			stage.bind('DELIVERIES', String(deliveries));
			stage.bind('LONGEST_WAIT_SECONDS', choice.longestWaitSeconds);
		}
		reduce.bind('PROGRESS_SECONDS', choice.progressSeconds);
		for (const stage of [fanOut, decode]) stage.bind('FFMPEG_PATH', ffmpegPath);

		// Entry points: HTTP, the schedule, and the sweep of open samplings.
		const http = new HttpEntry(this, 'Http', api);
		const schedule = new Rule(this, 'StandingSamplingRule', {
			schedule: Schedule.expression(choice.scheduleExpression),
			targets: [new LambdaFunction(api)],
		});
		(schedule.node.defaultChild as CfnRule).state = choice.scheduleState;
		const sweep = new Rule(this, 'SweepRule', {
			schedule: Schedule.rate(settings.sweepEvery),
			targets: [new LambdaFunction(reduce)],
		});

		// What is watched.
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
		new WatchDashboard(this, 'Watch', { functions, queues, decode });
		const { topic } = new Alarms(this, 'Alarms', {
			email: choice.alarmEmail,
			topicArn: choice.alarmTopicArn,
			...{ functions, queues },
			rules: [
				{ name: 'StandingSampling', rule: schedule },
				{ name: 'Sweep', rule: sweep },
			],
		});

		new CfnOutput(this, 'AlarmTopic', { value: topic.topicArn });
		new CfnOutput(this, 'HttpUrl', { value: http.apiEndpoint });
		new CfnOutput(this, 'StateBucket', { value: state.bucketName });
	}
}

/** Parameters that are set at deployment instead of synthesis. */
const parameters = (stack: Stack) => {
	const parameter = (id: string, description: string, more: { default?: string; allowedPattern?: string }) =>
		new CfnParameter(stack, id, { type: 'String', description, ...more }).valueAsString;
	// The bounds are those of `MaximumConcurrency` of an event source.
	const width = (id: string, description: string, { maxConcurrency }: { maxConcurrency: number }) =>
		new CfnParameter(stack, id, {
			...{ type: 'Number', description, default: maxConcurrency, minValue: 2, maxValue: 1000 },
		}).valueAsNumber;
	return {
		superviselyServer: parameter('SuperviselyServer', 'Address of the Supervisely server', {
			default: 'https://app.supervisely.com',
			allowedPattern: 'https?://.+',
		}),
		tokenParameter: parameter('TokenParameter', 'Name of the SSM SecureString that holds its API token', {
			default: '/framefan/supervisely-token',
			allowedPattern: '/[A-Za-z0-9_./-]+',
		}),
		requestSeconds: parameter(
			'RequestSeconds',
			'Time limit of one call to the server before it is retried, in seconds',
			{
				default: '60',
				allowedPattern: '[1-9][0-9]{0,2}',
			},
		),
		fanOutWidth: width('FanOutWidth', 'How many videos or datasets are planned at the same time', settings.fanOut),
		decodeWidth: width('DecodeWidth', 'How many chunks are decoded and uploaded at the same time', settings.decode),
		framesPerChunk: parameter('FramesPerChunk', 'Most frames that one decode invocation uploads', {
			default: '200',
			allowedPattern: '[1-9][0-9]{0,3}',
		}),
		progressSeconds: parameter(
			'ProgressSeconds',
			'Shortest time between two progress records of a sampling, in seconds',
			{
				default: '15',
				allowedPattern: '[0-9]+',
			},
		),
		leaseSeconds: parameter(
			'LeaseSeconds',
			'How long a chunk or a project stays locked after its worker crashed, in seconds',
			{
				default: '60',
				allowedPattern: '[1-9][0-9]{0,3}',
			},
		),
		longestWaitSeconds: parameter(
			'LongestWaitSeconds',
			'Longest delay before a failed message is delivered again, in seconds',
			{
				default: '900',
				allowedPattern: '[1-9][0-9]{0,4}',
			},
		),
		standingSampling: parameter(
			'StandingSampling',
			'Body of POST /samplings for the scheduled sampling; empty for none',
			{
				default: '',
			},
		),
		alarmTopicArn: parameter('AlarmTopicArn', "SNS topic that alarms notify; own: the stack's own", {
			default: ownTopic,
			allowedPattern: `${ownTopic}|arn:[a-z-]+:sns:.+`,
		}),
		alarmEmail: parameter('AlarmEmail', 'Address that alarms are sent to; empty for none', {
			default: '',
			allowedPattern: '(\\S+@\\S+)?',
		}),
		scheduleExpression: parameter('ScheduleExpression', 'When the scheduled sampling starts', {
			default: 'rate(1 day)',
		}),
		scheduleState: parameter('ScheduleState', 'Whether the schedule is enabled', {
			default: 'DISABLED',
			allowedPattern: 'ENABLED|DISABLED',
		}),
	};
};
