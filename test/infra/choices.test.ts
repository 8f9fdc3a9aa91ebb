import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chosenTemplate, ofType, type Tree } from '#test/chosen-template.ts';
import { loopbackCertificate } from '#test/loopback-certificate.ts';

const properties = (template: Template, type: string): Tree[] => ofType(template, type).map(([, each]) => each);
const functions = (template: Template) => properties(template, 'AWS::Lambda::Function');
const variables = (template: Template): Record<string, Tree>[] =>
	functions(template).map(({ Environment }) => Environment.Variables);

let plain: Template;
beforeAll(() => {
	plain = chosenTemplate();
});

/** Names that may be the same in two stacks of one region and account, since they are within something of the stack. */
const within = [
	['AWS::ApiGatewayV2::Stage', 'StageName', 'a stage of its API'],
	['AWS::IAM::Policy', 'PolicyName', 'an inline policy of its role'],
	['AWS::CloudWatch::Alarm', 'MetricName', 'the name of a metric, not of the alarm'],
	['AWS::SNS::Topic', 'DisplayName', 'what e-mails say'],
	['AWS::Lambda::Permission', 'FunctionName', 'the function that may be called'],
	['AWS::Lambda::EventSourceMapping', 'FunctionName', 'the function that takes the messages'],
	['AWS::Lambda::EventInvokeConfig', 'FunctionName', 'the function whose failures it is about'],
] as const;

/** Physical names that a template gives, of resources and exports. */
const namesOf = (template: Template): string[] => {
	const { Resources, Outputs } = template.toJSON() as {
		Resources: Record<string, Tree>;
		Outputs: Record<string, Tree>;
	};
	const named = Object.values(Resources).flatMap(({ Type, Properties }) =>
		Object.entries(Properties as Record<string, Tree>)
			.filter(([key]) => key.endsWith('Name') && !within.some(([type, name]) => type === Type && name === key))
			.map(([key, value]) => `${Type} ${key} ${JSON.stringify(value)}`),
	);
	const services = variables(template).map(each => `service ${each.POWERTOOLS_SERVICE_NAME}`);
	return [
		...named,
		...services,
		...Object.values(Outputs).flatMap(({ Export }) => (Export ? [JSON.stringify(Export)] : [])),
	];
};

test('two stacks in one region have no name in common', () => {
	const [first, second] = [namesOf(plain), namesOf(chosenTemplate({}, 'Framefan-staging'))];
	expect(first).toContain('AWS::CloudWatch::Dashboard DashboardName "Framefan"');
	expect(second).toContain('AWS::CloudWatch::Dashboard DashboardName "Framefan-staging"');
	expect(first).toHaveLength(second.length);
	expect(first.filter(name => second.includes(name))).toEqual([]);
});

test('a dashboard and alarms show the metrics of their own stack alone', () => {
	const other = chosenTemplate({}, 'Other');
	for (const type of ['AWS::CloudWatch::Dashboard', 'AWS::CloudWatch::Alarm'])
		expect(JSON.stringify(properties(other, type)), type).not.toMatch(/Framefan-/);
});

test('functions are in a VPC, with the rights that it needs, only if it is chosen', () => {
	for (const each of functions(plain)) expect(each.VpcConfig).toBeUndefined();
	const chosen = chosenTemplate({ subnets: 'subnet-0a1b2c3d,subnet-0a1b2c3e', securityGroups: 'sg-0a1b2c3d' });
	expect(functions(chosen).map(({ VpcConfig }) => VpcConfig)).toEqual(
		Array(4).fill({ SubnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], SecurityGroupIds: ['sg-0a1b2c3d'] }),
	);
	for (const [id, { ManagedPolicyArns }] of ofType(chosen, 'AWS::IAM::Role').filter(
		([id]) => !id.startsWith('StandingSampling'),
	))
		expect(JSON.stringify(ManagedPolicyArns), id).toContain('AWSLambdaVPCAccessExecutionRole');
});

test('a proxy is told to every function, but not for what is on the function itself', () => {
	for (const each of variables(plain)) expect(Object.keys(each).filter(name => /PROXY/.test(name))).toEqual([]);
	const proxy = 'http://10.0.0.5:3128';
	const chosen = variables(chosenTemplate({ proxy, noProxy: 'video.example.com' }));
	expect(chosen).toHaveLength(4);
	for (const each of chosen)
		expect(each).toMatchObject({
			...{ NODE_USE_ENV_PROXY: '1', HTTPS_PROXY: proxy, HTTP_PROXY: proxy },
			NO_PROXY: 'localhost,127.0.0.1,video.example.com',
		});
});

test('certificates of a private authority are in a layer of every function, which trusts them', () => {
	const privateCa = join(mkdtempSync(join(tmpdir(), 'framefan-ca-')), 'ca.pem');
	onTestFinished(() => rmSync(dirname(privateCa), { recursive: true }));
	writeFileSync(privateCa, loopbackCertificate);
	const template = chosenTemplate({ privateCa });
	const [id] = ofType(template, 'AWS::Lambda::LayerVersion').find(([name]) => name.startsWith('PrivateCa')) ?? [];
	expect(functions(template).map(({ Layers }) => Layers.at(-1))).toEqual(Array(4).fill({ Ref: id }));
	for (const each of variables(template)) expect(each.NODE_EXTRA_CA_CERTS).toBe('/opt/certificates/private-ca.pem');
	for (const each of variables(plain)) expect(each).not.toHaveProperty('NODE_EXTRA_CA_CERTS');
});

test('the permissions boundary is that of all roles', () => {
	const permissionsBoundary = 'arn:aws:iam::111122223333:policy/boundary';
	const roles = properties(chosenTemplate({ permissionsBoundary }), 'AWS::IAM::Role');
	expect(roles.map(({ PermissionsBoundary }) => PermissionsBoundary)).toEqual(Array(5).fill(permissionsBoundary));
});

test('the architecture is that of functions and layers', () => {
	for (const [context, architecture, machine] of [
		[{}, 'x86_64', 'x64'],
		[{ architecture: 'arm64' }, 'arm64', 'arm64'],
	] as const) {
		const template = chosenTemplate(context, 'Framefan', 'deployment');
		for (const { Architectures } of functions(template)) expect(Architectures).toEqual([architecture]);
		for (const each of properties(template, 'AWS::Lambda::LayerVersion'))
			expect([each.Description, each.CompatibleArchitectures]).toEqual([
				expect.stringMatching(` for linux-${machine}$`),
				[architecture],
			]);
	}
});

describe('retention and removal', () => {
	const kept = (template: Template, type: string): Tree[] =>
		Object.values(template.findResources(type)).map(({ DeletionPolicy, UpdateReplacePolicy }) => [
			DeletionPolicy,
			UpdateReplacePolicy,
		]);
	const expiry = (template: Template): Tree[] => {
		const [{ LifecycleConfiguration }] = properties(template, 'AWS::S3::Bucket');
		return LifecycleConfiguration.Rules.flatMap(({ ExpirationInDays }: Tree) => ExpirationInDays ?? []);
	};
	const logDays = (template: Template): Tree[] =>
		properties(template, 'AWS::Logs::LogGroup').map(({ RetentionInDays }) => RetentionInDays);

	test('are 90 days for kept state and one month for logs that go with the stack', () => {
		expect([expiry(plain), logDays(plain)]).toEqual([Array(7).fill(90), Array(5).fill(30)]);
		expect(kept(plain, 'AWS::S3::Bucket')).toEqual([['Retain', 'Retain']]);
		expect(kept(plain, 'AWS::Logs::LogGroup')).toEqual(Array(5).fill(['Delete', 'Delete']));
	});
	test('are others if they are chosen', () => {
		const days = { stateRetentionDays: '30', logRetentionDays: '365' };
		const chosen = chosenTemplate({ ...days, stateRemovalPolicy: 'destroy', logRemovalPolicy: 'retain' });
		expect([expiry(chosen), logDays(chosen)]).toEqual([Array(7).fill(30), Array(5).fill(365)]);
		expect(kept(chosen, 'AWS::S3::Bucket')).toEqual([['Delete', 'Delete']]);
		expect(kept(chosen, 'AWS::Logs::LogGroup')).toEqual(Array(5).fill(['Retain', 'Retain']));
	});
});

describe("a customer's key", () => {
	const kmsKey = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
	let template: Template;
	beforeAll(() => {
		template = chosenTemplate({ kmsKey });
	});

	test('encrypts the bucket, all queues and all logs', () => {
		const [bucket] = properties(template, 'AWS::S3::Bucket');
		expect(bucket.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
			{
				BucketKeyEnabled: true,
				ServerSideEncryptionByDefault: { KMSMasterKeyID: kmsKey, SSEAlgorithm: 'aws:kms' },
			},
		]);
		const queues = properties(template, 'AWS::SQS::Queue').map(({ KmsMasterKeyId }) => KmsMasterKeyId);
		expect(queues).toEqual(Array(7).fill(kmsKey));
		expect(properties(template, 'AWS::Logs::LogGroup').map(({ KmsKeyId }) => KmsKeyId)).toEqual(Array(5).fill(kmsKey));
	});
	test('may be used by the five roles, through S3, SQS and SSM alone', () => {
		const statements = properties(template, 'AWS::IAM::Policy').map(({ PolicyDocument }) =>
			PolicyDocument.Statement.filter(({ Action }: Tree) => JSON.stringify(Action).includes('kms:')),
		);
		const via = (service: string) => ({
			'Fn::Join': ['', [`${service}.`, { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
		});
		expect(statements).toEqual(
			Array(5).fill([
				{
					...{ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: kmsKey },
					Condition: { StringEquals: { 'kms:ViaService': [via('s3'), via('sqs'), via('ssm')] } },
				},
			]),
		);
	});
	test('is nowhere without being chosen', () => {
		expect(JSON.stringify(plain.toJSON())).not.toMatch(/kms/i);
	});
});
