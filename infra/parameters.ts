import { CfnParameter, type Stack } from 'aws-cdk-lib';
import { ownTopic } from './constructs/alarm-topic.ts';
import { settings } from './settings.ts';

/** Values of the parameters, as references into the template. */
export type Parameters = ReturnType<typeof makeParameters>;

/** The parameters of the stack: what is set at deployment instead of synthesis. */
export function makeParameters(stack: Stack) {
	/** @param only which values are allowed, as a pattern and in words, which CloudFormation shows for any other value */
	const parameter = (id: string, description: string, preset: string, only?: [pattern: string, words: string]) =>
		new CfnParameter(stack, id, {
			...{ type: 'String', description, default: preset },
			...(only ? { allowedPattern: only[0], constraintDescription: only[1] } : {}),
		}).valueAsString;
	// The bounds are those of `MaximumConcurrency` of an event source.
	const width = (id: string, description: string, { maxConcurrency }: { maxConcurrency: number }) =>
		new CfnParameter(stack, id, {
			...{ type: 'Number', description, default: maxConcurrency, minValue: 2, maxValue: 1000 },
			constraintDescription: 'it must be a whole number from 2 to 1000, as SQS event sources demand',
		}).valueAsNumber;
	return {
		superviselyServer: parameter(
			'SuperviselyServer',
			'Address of the Supervisely server',
			'https://app.supervisely.com',
			['https?://[^ /@]+(/[^ ]*)?', 'it must be an HTTP address, such as https://app.supervisely.com'],
		),
		tokenParameter: parameter(
			'TokenParameter',
			'Name of the SSM SecureString that holds its API token',
			'/framefan/supervisely-token',
			['/[A-Za-z0-9_./-]+', 'it must be a name that begins with a slash, such as /framefan/supervisely-token'],
		),
		requestSeconds: parameter(
			'RequestSeconds',
			'Time limit of one call to the server before it is retried, in seconds',
			'60',
			['[1-9][0-9]?|1[01][0-9]|120', 'it must be a whole number of seconds from 1 to 120'],
		),
		fanOutWidth: width('FanOutWidth', 'How many videos or datasets are planned at the same time', settings.fanOut),
		decodeWidth: width('DecodeWidth', 'How many chunks are decoded and uploaded at the same time', settings.decode),
		recountWidth: width('RecountWidth', 'How many batches of recounts are counted at the same time', settings.reduce),
		framesPerChunk: parameter('FramesPerChunk', 'Most frames that one decode invocation uploads', '200', [
			'[1-9][0-9]{0,3}',
			'it must be a whole number of frames from 1 to 9999',
		]),
		maxFrames: parameter('MaxFrames', 'Limit on the new images of a sampling that names none; empty: no limit', '', [
			'([1-9][0-9]{0,9})?',
			'it must be a whole number of images, or empty for no limit',
		]),
		maxDollars: parameter('MaxDollars', 'The same for their estimated cost, in US dollars; empty: no limit', '', [
			'([1-9][0-9]{0,6}([.][0-9]{1,4})?|0[.][0-9]{0,3}[1-9])?',
			'it must be an amount in US dollars above 0, such as 250, or empty for no limit',
		]),
		progressSeconds: parameter(
			'ProgressSeconds',
			'Shortest time between two progress records of a sampling, in seconds',
			'15',
			['[0-9]{1,3}', 'it must be a whole number of seconds from 0 to 999'],
		),
		leaseSeconds: parameter(
			'LeaseSeconds',
			'How long a chunk or a project stays locked after its worker crashed, in seconds',
			'60',
			['[2-9]|[1-9][0-9]|[1-5][0-9]{2}|600', 'it must be a whole number of seconds from 2 to 600'],
		),
		longestWaitSeconds: parameter(
			'LongestWaitSeconds',
			'Longest delay before a failed message is delivered again, in seconds',
			'900',
			['[1-9][0-9]?|[1-8][0-9]{2}|900', 'it must be a whole number of seconds from 1 to 900'],
		),
		longestOutageSeconds: parameter(
			'LongestOutageSeconds',
			'How long work waits for a server that is away before it is given up, in seconds',
			'21600',
			['0|[1-9][0-9]{0,5}', 'it must be a whole number of seconds from 0 to 999999'],
		),
		standingSampling: parameter(
			'StandingSampling',
			'Body of POST /samplings for the scheduled sampling; empty for none',
			'',
		),
		alarmTopicArn: parameter('AlarmTopicArn', "SNS topic that alarms notify; own: the stack's own", ownTopic, [
			`${ownTopic}|arn:[a-z-]+:sns:.+`,
			`it must be the ARN of an SNS topic, or ${ownTopic} for the stack's own`,
		]),
		alarmEmail: parameter('AlarmEmail', 'Address that alarms are sent to; empty for none', '', [
			'(\\S+@\\S+)?',
			'it must be an email address, or empty for none',
		]),
		scheduleExpression: parameter('ScheduleExpression', 'When the scheduled sampling starts', 'rate(1 day)'),
		scheduleTimeZone: parameter('ScheduleTimeZone', 'Time zone of ScheduleExpression', 'UTC', [
			'[A-Za-z]+(/[A-Za-z0-9_+-]+)*',
			'it must be the name of a time zone, such as Europe/Berlin',
		]),
		scheduleState: parameter('ScheduleState', 'Whether the schedule is enabled', 'DISABLED', [
			'ENABLED|DISABLED',
			'it must be ENABLED or DISABLED',
		]),
	};
}
