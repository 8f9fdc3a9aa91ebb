import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { keys } from '#shared/sampling/keys.ts';
import { chosenTemplate } from '#test/chosen-template.ts';
import { allRoutes, routeKeyOf } from '../../functions/api/routes.ts';

let template: Template;
beforeAll(() => {
	// Code isn't bundled: these tests are about what is wired to what.
	template = chosenTemplate();
});

const resources = (type: string) => Object.values(template.findResources(type)).map(({ Properties }) => Properties);

describe('queues', () => {
	test('each work queue hands what fails five times to its own dead letters', () => {
		const queues = resources('AWS::SQS::Queue');
		expect(queues.filter(({ RedrivePolicy }) => RedrivePolicy?.maxReceiveCount === 5)).toHaveLength(3);
		// Their dead-letter queues, and that of the schedule.
		expect(queues.filter(({ RedrivePolicy }) => !RedrivePolicy)).toHaveLength(4);
	});
	test('dead letters are kept for 14 days', () => {
		for (const queue of resources('AWS::SQS::Queue').filter(({ RedrivePolicy }) => !RedrivePolicy)) {
			expect(queue.MessageRetentionPeriod).toBe(14 * 24 * 3600);
		}
	});
	test('dead letters of every work queue go to reduce', () => {
		const all = Object.entries(template.findResources('AWS::SQS::Queue'));
		const queues = all.filter(([id]) => !id.startsWith('StandingSampling'));
		const dead = queues.filter(([, { Properties }]) => !Properties.RedrivePolicy).map(([id]) => id);
		const mappings = resources('AWS::Lambda::EventSourceMapping');
		for (const id of dead) {
			const worker = mappings.find(({ EventSourceArn }) => EventSourceArn['Fn::GetAtt'][0] === id)?.FunctionName.Ref;
			expect(worker, id).toMatch(/^Reduce/);
		}
	});
	test('a message that waits in line is kept for a week, and as a dead letter longer', () => {
		for (const { RedrivePolicy, MessageRetentionPeriod } of resources('AWS::SQS::Queue'))
			expect(MessageRetentionPeriod).toBe((RedrivePolicy ? 7 : 14) * 24 * 3600);
	});
	test("a queue's visibility timeout is six times its worker's timeout", () => {
		const visibilities = resources('AWS::SQS::Queue').flatMap(({ VisibilityTimeout }) => VisibilityTimeout ?? []);
		const functions = template.findResources('AWS::Lambda::Function');
		const workers = resources('AWS::Lambda::EventSourceMapping').map(({ FunctionName }) => functions[FunctionName.Ref]);
		expect(visibilities.sort()).toEqual(workers.map(worker => worker?.Properties.Timeout * 6).sort());
	});
	test('a chunk is delivered alone, and failures are reported message by message', () => {
		template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
			BatchSize: 1,
			FunctionResponseTypes: ['ReportBatchItemFailures'],
			ScalingConfig: { MaximumConcurrency: Match.anyValue() },
		});
	});
});

describe('functions', () => {
	test('every function names its runtime and has a role and a log group of its own', () => {
		const functions = resources('AWS::Lambda::Function');
		expect(functions).toHaveLength(4);
		expect(new Set(functions.map(({ Role }) => JSON.stringify(Role))).size).toBe(4);
		expect(new Set(functions.map(({ LoggingConfig }) => JSON.stringify(LoggingConfig.LogGroup))).size).toBe(4);
		expect(functions.map(({ Runtime }) => Runtime)).toEqual(Array(4).fill('nodejs24.x'));
	});
	test('only decode has the layers of ffmpeg and sharp, fan-out has that of ffmpeg', () => {
		const layers = Object.entries(template.findResources('AWS::Lambda::Function')).map(([id, { Properties }]) => [
			id.replace(/[0-9A-F]{8}$/, ''),
			(Properties.Layers ?? []).length,
		]);
		expect(Object.fromEntries(layers)).toEqual({ Api: 0, FanOut: 1, Decode: 2, Reduce: 0 });
	});
	test('every function may send to each queue that it is told of', () => {
		const policies = resources('AWS::IAM::Policy');
		for (const { Environment, Role } of resources('AWS::Lambda::Function')) {
			const own = policies.filter(({ Roles }) => Roles[0].Ref === Role['Fn::GetAtt'][0]);
			const statements = own.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
			const sendsTo = statements
				.filter(({ Action }) => [Action].flat().includes('sqs:SendMessage'))
				.flatMap(({ Resource }) => [Resource].flat().map(each => each['Fn::GetAtt'][0]));
			const told = Object.entries(Environment.Variables as Record<string, { Ref: string }>).filter(([name]) =>
				name.endsWith('_QUEUE_URL'),
			);
			expect(told.length).toBeGreaterThan(0);
			for (const [name, { Ref }] of told) expect(sendsTo, name).toContain(Ref);
		}
	});
	test('no environment variable holds the token, only the name of where it is', () => {
		const functions = resources('AWS::Lambda::Function');
		for (const { Environment } of functions) expect(Object.keys(Environment.Variables)).not.toContain('TOKEN');
		expect(functions.filter(({ Environment }) => Environment.Variables.TOKEN_PARAMETER)).toHaveLength(4);
	});
});

describe('entry points', () => {
	test('every route has its handler and asks for a signature', () => {
		const wired = resources('AWS::ApiGatewayV2::Route');
		expect(wired.map(({ RouteKey }) => RouteKey).sort()).toEqual(allRoutes.map(routeKeyOf).sort());
		for (const route of wired) expect(route.AuthorizationType).toBe('AWS_IAM');
	});
	test('a rule sweeps, and a schedule starts the scheduled sampling', () => {
		template.resourceCountIs('AWS::Events::Rule', 1);
		template.resourceCountIs('AWS::Scheduler::Schedule', 1);
	});
	test('all state expires but what a scheduled sampling goes on from', () => {
		const [{ LifecycleConfiguration }] = resources('AWS::S3::Bucket');
		const expiring = (LifecycleConfiguration.Rules as { Prefix?: string; ExpirationInDays?: number }[])
			.filter(({ ExpirationInDays }) => ExpirationInDays)
			.map(({ Prefix }) => Prefix as string);
		const expires = (key: string) => expiring.some(prefix => key.startsWith(prefix));
		const at = { sampling: 's', attempt: 1 };
		const [gone, kept] = [
			[keys.request('s'), keys.open(at), keys.chunkLease('s', 'c'), keys.projectLease(1), keys.datasetLock(1)].concat(
				keys.listed('s', '2026-11-01T00:00:00Z'),
				keys.videoCopy(1, 'v'),
			),
			[keys.scheduled, keys.labelFingerprint(1)],
		];
		expect(gone.filter(key => !expires(key))).toEqual([]);
		expect(kept.filter(expires)).toEqual([]);
	});
	test('the state bucket is private and lets nothing in without TLS', () => {
		template.hasResourceProperties('AWS::S3::Bucket', {
			PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
		});
		template.resourceCountIs('AWS::S3::BucketPolicy', 1);
	});
});

describe('the house', () => {
	const functions = join(import.meta.dirname, '..', '..', 'functions');
	const files = readdirSync(functions, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'));
	const read = (name: string) => readFileSync(join(functions, name), 'utf8');

	test('a stage imports nothing from another stage, and shared nothing from a stage', () => {
		for (const name of files) {
			const room = name.split('/')[0] as string;
			for (const [, imported = ''] of read(name).matchAll(/from '([^']+)'/g)) {
				const foreign = /^\.\.\/(api|fan-out|decode|reduce)\//.exec(imported.replace(/^(\.\.\/)+/, '../'));
				expect(foreign && foreign[1] !== room ? `${name} imports ${imported}` : undefined).toBeUndefined();
			}
		}
	});
	test('the rules of samplings import no client of AWS, and the clients of AWS no rules', () => {
		const between = { 'shared/sampling/': '../aws/', 'shared/aws/': '../sampling/' };
		for (const [room, other] of Object.entries(between))
			for (const name of files.filter(file => file.startsWith(room)))
				expect(read(name), name).not.toContain(`'${other}`);
	});
	test('only handlers make clients and read the environment of the deployment', () => {
		for (const name of files.filter(file => !file.endsWith('handler.ts'))) {
			expect(read(name), name).not.toMatch(/new (S3|SQS|SSM)Client|readEnvironment\(/);
		}
	});
});
