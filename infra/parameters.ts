import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { ownTopic } from './constructs/alarm-topic.ts';
import { settings } from './settings.ts';

/** Values of the parameters, as references into the template. */
export type Parameters = ReturnType<typeof makeParameters>;

/** The parameters of the stack: what is set at deployment instead of synthesis. */
export function makeParameters(stack: Stack) {
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
		longestOutageSeconds: parameter(
			'LongestOutageSeconds',
			'How long work waits for a server that is away before it is given up, in seconds',
			{
				default: '21600',
				allowedPattern: '0|[1-9][0-9]{0,5}',
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
}
