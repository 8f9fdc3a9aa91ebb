import { beforeAll, describe, expect, test } from 'vitest';
import { chosenTemplate, type Tree } from '#test/chosen-template.ts';

type Resource = { Type: string; Properties: Record<string, unknown> };

let document: { Resources: Record<string, Resource> };
beforeAll(() => {
	document = chosenTemplate().toJSON() as typeof document;
});

const ofType = (type: string): [id: string, properties: Tree][] =>
	Object.entries(document.Resources).flatMap(([id, { Type, Properties }]) =>
		Type === type ? [[id, Properties] as [string, Tree]] : [],
	);

/** A logical id as the stack's code has it, without the hash that CDK appends. */
const nameOf = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

/** What an ARN in a policy is of: a resource of the stack, what is in it, or a parameter by the name of its parameter. */
const targetOf = (arn: Tree): string => {
	if (arn['Fn::GetAtt']) return nameOf(arn['Fn::GetAtt'][0]);
	const parts: Tree[] = arn['Fn::Join']?.[1] ?? [arn];
	return parts
		.map(part => (typeof part === 'string' ? part : part.Ref ? nameOf(part.Ref) : nameOf(part['Fn::GetAtt'][0])))
		.join('')
		.replace('arn:AWS::Partition:ssm:AWS::Region:AWS::AccountId:', '');
};

test('each queue has its consumer, with the time, the batch and the width that go with it', () => {
	const functions = new Map(ofType('AWS::Lambda::Function'));
	const queues = new Map(ofType('AWS::SQS::Queue'));
	const consumers = ofType('AWS::Lambda::EventSourceMapping').map(([, mapping]) => {
		const queue = mapping.EventSourceArn['Fn::GetAtt'][0];
		const { BatchSize, ScalingConfig, FunctionResponseTypes } = mapping;
		const dead = queues.get(queue).RedrivePolicy?.deadLetterTargetArn['Fn::GetAtt'][0];
		return {
			queue: nameOf(queue),
			consumer: nameOf(mapping.FunctionName.Ref),
			hidden: queues.get(queue).VisibilityTimeout,
			timeout: functions.get(mapping.FunctionName.Ref).Timeout,
			batch: BatchSize,
			width: ScalingConfig.MaximumConcurrency,
			partly: FunctionResponseTypes.includes('ReportBatchItemFailures'),
			deadLetters: dead === undefined ? null : nameOf(dead),
		};
	});
	const dead = { consumer: 'Reduce', hidden: 720, timeout: 120, batch: 10, width: 2, partly: true, deadLetters: null };
	const alone = { batch: 1, partly: true };
	expect(consumers).toEqual([
		{
			...{
				queue: 'PlanQueue',
				consumer: 'FanOut',
				hidden: 1800,
				timeout: 300,
				...alone,
				width: { Ref: 'FanOutWidth' },
			},
			deadLetters: 'PlanDeadLetters',
		},
		{
			...{
				queue: 'DecodingQueue',
				consumer: 'Decode',
				hidden: 3600,
				timeout: 600,
				...alone,
				width: { Ref: 'DecodeWidth' },
			},
			deadLetters: 'DecodingDeadLetters',
		},
		{ queue: 'PlanDeadLetters', ...dead },
		{ queue: 'DecodingDeadLetters', ...dead },
		{ queue: 'ReportingQueue', ...dead, width: { Ref: 'RecountWidth' }, deadLetters: 'ReportingDeadLetters' },
		{ queue: 'ReportingDeadLetters', ...dead },
	]);
});

describe('what a function may do', () => {
	const token = 'ssm:GetParameter on parameterTokenParameter';
	const traces = 'xray:PutTraceSegments xray:PutTelemetryRecords on *';
	const sends = (queue: string) => `sqs:SendMessage on ${queue}`;
	const receives = (queue: string) => `sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes on ${queue}`;
	const delays = (queue: string) => `sqs:ChangeMessageVisibility on ${queue}`;
	const state = (action: string, ...keys: string[]) => `${action} on ${keys.map(key => `State/${key}`).join(', ')}`;
	const lists = 's3:ListBucket on State';
	const uploads = 's3:PutObject s3:AbortMultipartUpload';
	const ofAttempt = 'samplings/*/attempts/*';
	const rights: Record<string, string[]> = {
		Api: [
			...[traces, lists],
			state('s3:GetObject', 'samplings/*', 'videos/*/index-*.json', 'standing.json', 'outage.json'),
			state(
				...(['s3:PutObject', 'samplings/*/request.json', 'samplings/*/attempt-*.json'] as const),
				...[`${ofAttempt}/outcome.json`, 'open/*', 'list/*', 'standing.json'],
			),
			...[token, sends('PlanQueue'), sends('ReportingQueue'), sends('StandingSamplingDeadLetters')],
		],
		FanOut: [
			...[traces, delays('PlanQueue'), receives('PlanQueue'), lists],
			state(
				's3:GetObject',
				'samplings/*',
				'open/*',
				'videos/*',
				'labels/*',
				'leases/project-*',
				'leases/copy-*',
				'leases/*/limits.json',
				'claims/*',
				'outage.json',
			),
			state(
				...(['s3:PutObject', 'samplings/*/destination.json', 'samplings/*/scope.json'] as const),
				...['samplings/*/nodes/*', 'samplings/*/steps/*', 'samplings/*/chunks/*', 'samplings/*/images/*'],
				...[`${ofAttempt}/copies/*`, 'copies/*', 'samplings/*/planned/*'],
				'samplings/*/done/*',
				...[`${ofAttempt}/nodes/*`, `${ofAttempt}/chunks/*`],
				...[`${ofAttempt}/failures/*`, `${ofAttempt}/outcome.json`, 'open/*'],
				...[
					'videos/*/index-*.json',
					'videos/*/scenes-*.json',
					'leases/project-*',
					'leases/copy-*',
					'leases/*/limits.json',
					'claims/*',
					'outage.json',
				],
			),
			...[state(uploads, 'videos/*/file'), state('s3:DeleteObject', 'labels/*'), token],
			...[sends('PlanQueue'), sends('DecodingQueue'), sends('ReportingQueue')],
		],
		Decode: [
			...[traces, delays('DecodingQueue'), receives('DecodingQueue'), lists],
			state('s3:GetObject', 'samplings/*', 'videos/*/file', 'leases/*/*', 'outage.json'),
			state(
				...(['s3:PutObject', 'samplings/*/done/*', `${ofAttempt}/failures/*`, `${ofAttempt}/outcome.json`] as const),
				...['samplings/*/images/*', 'leases/*/*', 'outage.json'],
			),
			...[token, sends('DecodingQueue'), sends('ReportingQueue')],
		],
		Reduce: [
			...[traces, receives('PlanDeadLetters'), receives('DecodingDeadLetters'), delays('ReportingQueue')],
			...[receives('ReportingQueue'), receives('ReportingDeadLetters'), lists],
			state('s3:GetObject', 'samplings/*', 'open/*', 'leases/*', 'outage.json'),
			state(
				...(['s3:PutObject', 'samplings/*/attempt-*.json', 'samplings/*/done/*', 'samplings/*/report/*'] as const),
				...['videos/*/kept-*.json', ofAttempt, 'open/*', 'labels/*', 'leases/*', 'outage.json'],
			),
			...[
				state(uploads, 'samplings/*/report.json', 'samplings/*/manifest.parquet', 'samplings/*/manifest.jsonl'),
				state('s3:DeleteObject', 'open/*', `${ofAttempt}/copies/*`, 'copies/*', 'videos/*/file'),
			],
			...[token, sends('ReportingQueue'), sends('PlanQueue')],
		],
	};

	test('is this and nothing else', () => {
		const policies = ofType('AWS::IAM::Policy');
		const found = ofType('AWS::Lambda::Function').map(([id, { Role }]) => {
			const own = policies.filter(([, { Roles }]) =>
				Roles.some(({ Ref }: { Ref: string }) => Ref === Role['Fn::GetAtt'][0]),
			);
			const statements: Tree[] = own.flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement);
			const told = statements.map(
				({ Effect, Action, Resource }) =>
					`${Effect === 'Allow' ? '' : `${Effect} `}${[Action].flat().join(' ')} on ${[Resource].flat().map(targetOf).join(', ')}`,
			);
			return [nameOf(id), told] as const;
		});
		expect(Object.fromEntries(found)).toEqual(rights);
	});

	test('has no managed policy beside that of its logs', () => {
		for (const [id, { ManagedPolicyArns }] of ofType('AWS::IAM::Role'))
			for (const arn of ManagedPolicyArns ?? [])
				expect(JSON.stringify(arn), id).toContain('service-role/AWSLambdaBasicExecutionRole');
	});
});

test('each variable of a function has the value that it is named for', () => {
	const parameter = (Ref: string) => ({ Ref });
	const expected: Record<string, [stages: string, value: unknown]> = {
		...{ SUPERVISELY_SERVER: ['Api FanOut Decode Reduce', parameter('SuperviselyServer')] },
		...{ TOKEN_PARAMETER: ['Api FanOut Decode Reduce', parameter('TokenParameter')] },
		...{ REQUEST_SECONDS: ['Api FanOut Decode Reduce', parameter('RequestSeconds')] },
		...{ SCHEDULED_SAMPLING: ['Api', parameter('StandingSampling')] },
		...{ FRAMES_PER_CHUNK: ['Api FanOut', parameter('FramesPerChunk')] },
		...{ MAX_FRAMES: ['FanOut', parameter('MaxFrames')], MAX_DOLLARS: ['FanOut', parameter('MaxDollars')] },
		...{ FAN_OUT_MIB: ['Api FanOut', '1769'], DECODE_MIB: ['Api FanOut', '3538'], REDUCE_MIB: ['Api FanOut', '512'] },
		...{ LEASE_SECONDS: ['FanOut Decode Reduce', parameter('LeaseSeconds')] },
		...{ LONGEST_WAIT_SECONDS: ['FanOut Decode Reduce', parameter('LongestWaitSeconds')] },
		...{ LONGEST_OUTAGE_SECONDS: ['FanOut Decode Reduce', parameter('LongestOutageSeconds')] },
		...{ DELIVERIES: ['FanOut Decode Reduce', '5'], PROGRESS_SECONDS: ['Reduce', parameter('ProgressSeconds')] },
		...{ STUCK_SECONDS: ['Reduce', '1800'], QUIET_SECONDS: ['Reduce', '300'] },
		...{ MESSAGES_KEPT_SECONDS: ['Reduce', '604800'], FFMPEG_PATH: ['FanOut Decode', '/opt/bin/ffmpeg'] },
	};
	const functions = ofType('AWS::Lambda::Function').map(([id, { Environment }]) => [nameOf(id), Environment.Variables]);
	for (const [variable, [stages, value]] of Object.entries(expected))
		for (const [name, variables] of functions)
			expect([name, variable, variables[variable]]).toEqual([
				...[name, variable],
				stages.split(' ').includes(name) ? value : undefined,
			]);
});

test('each rule starts its function, which lets it', () => {
	const allowed = ofType('AWS::Lambda::Permission')
		.filter(([, { Principal }]) => Principal === 'events.amazonaws.com')
		.map(([, { SourceArn, FunctionName }]) => [SourceArn['Fn::GetAtt'][0], FunctionName['Fn::GetAtt'][0]].join(' '));
	const rules = ofType('AWS::Events::Rule').map(([id, { ScheduleExpression, Targets }]) => {
		const targets: string[] = Targets.map(({ Arn }: Tree) => Arn['Fn::GetAtt'][0]);
		for (const target of targets) expect(allowed).toContain(`${id} ${target}`);
		return [nameOf(id), ScheduleExpression, ...targets.map(nameOf)];
	});
	expect(rules).toEqual([['SweepRule', 'rate(5 minutes)', 'Reduce']]);
});

test('the schedule starts the api function, as a role that may do nothing else', () => {
	const [, schedule] = ofType('AWS::Scheduler::Schedule')[0] ?? [];
	expect(schedule).toMatchObject({
		ScheduleExpression: { Ref: 'ScheduleExpression' },
		ScheduleExpressionTimezone: { Ref: 'ScheduleTimeZone' },
		...{ State: { Ref: 'ScheduleState' }, FlexibleTimeWindow: { Mode: 'OFF' } },
	});
	const { Arn, RoleArn, DeadLetterConfig, Input } = schedule.Target;
	expect(nameOf(Arn['Fn::GetAtt'][0])).toBe('Api');
	const kept = DeadLetterConfig.Arn['Fn::GetAtt'][0];
	expect(nameOf(kept)).toBe('StandingSamplingDeadLetters');
	// The api function takes it for a timer by this, and knows a run by its time.
	expect(JSON.parse(Input)).toMatchObject({ 'detail-type': 'Scheduled Event', time: '<aws.scheduler.scheduled-time>' });
	const role = RoleArn['Fn::GetAtt'][0];
	const statements = ofType('AWS::IAM::Policy')
		.filter(([, { Roles }]) => Roles.some(({ Ref }: Tree) => Ref === role))
		.flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement);
	expect(statements).toEqual([
		{
			...{ Action: 'lambda:InvokeFunction', Effect: 'Allow' },
			Resource: [Arn, { 'Fn::Join': ['', [Arn, ':*']] }],
		},
		{ Action: 'sqs:SendMessage', Effect: 'Allow', Resource: { 'Fn::GetAtt': [kept, 'Arn'] } },
	]);
});

test('each route calls the api function, which lets it', () => {
	const integrations = new Map(ofType('AWS::ApiGatewayV2::Integration'));
	for (const [id, { Target }] of ofType('AWS::ApiGatewayV2::Route')) {
		const integration = integrations.get(Target['Fn::Join'][1][1].Ref);
		expect(nameOf(integration.IntegrationUri['Fn::GetAtt'][0]), id).toBe('Api');
	}
	const allowed = ofType('AWS::Lambda::Permission').filter(
		([, { Principal }]) => Principal === 'apigateway.amazonaws.com',
	);
	expect(allowed).toHaveLength(ofType('AWS::ApiGatewayV2::Route').length);
	for (const [id, { FunctionName }] of allowed) expect(nameOf(FunctionName['Fn::GetAtt'][0]), id).toBe('Api');
});

test('the template changes only on purpose', async () => {
	const text = JSON.stringify(document, null, 2).replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH');
	await expect(`${text}\n`).toMatchFileSnapshot('template.json');
});
