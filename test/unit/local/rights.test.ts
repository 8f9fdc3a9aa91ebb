import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	CreateBucketCommand,
	GetObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Role, Roles } from '#local/aws/iam/callers.ts';
import { parseStatements } from '#local/aws/iam/statement.ts';
import { startS3 } from '#local/aws/s3/server.ts';
import { startSqs } from '#local/aws/sqs/server.ts';
import { startSsm } from '#local/aws/ssm/server.ts';
import { testSigner } from '#test/signed-request.ts';

const folder = () => {
	const path = mkdtempSync(join(tmpdir(), 'framefan-rights-'));
	onTestFinished(() => rmSync(path, { recursive: true, force: true }));
	return path;
};
const allow = (Action: string | string[], Resource: string | string[], more = {}) =>
	parseStatements({ Statement: [{ Effect: 'Allow', Action, Resource, ...more }] });
const roleWith = (...policies: ReturnType<typeof allow>[]): [Role, Roles] => {
	const roles = new Roles();
	const role = roles.add('arn:aws:iam::000000000000:role/worker');
	for (const policy of policies) role.addPolicy(policy);
	return [role, roles];
};
const may = (role: Role, action: string, resource: string, keys = {}): boolean => {
	try {
		role.authorize({ action, resource, keys });
		return true;
	} catch {
		return false;
	}
};

describe('policies', () => {
	test('nothing is allowed but what a statement allows, with wildcards in action and resource', () => {
		const [role] = roleWith(allow(['s3:Get*', 's3:PutObject'], 'arn:aws:s3:::b/done/*/x.json'));
		expect(may(role, 's3:GetObject', 'arn:aws:s3:::b/done/1/2/x.json')).toBe(true);
		expect(may(role, 's3:putobject', 'arn:aws:s3:::b/done/1/x.json')).toBe(true);
		for (const [action, key] of [
			['s3:DeleteObject', 'done/1/x.json'],
			['s3:GetObject', 'done/1/xXjson'],
			['s3:GetObject', 'done/x.json'],
			['s3:GetObject', 'other/done/1/x.json'],
		])
			expect(may(role, String(action), `arn:aws:s3:::b/${key}`), `${action} ${key}`).toBe(false);
	});

	test('a statement that denies wins, also that of a resource', () => {
		const denied = (Principal: object | string | undefined, Condition = {}) =>
			parseStatements({
				Statement: {
					...{ Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::b/*'], Condition },
					...(Principal ? { Principal } : {}),
				},
			});
		const own = allow('s3:*', '*');
		const get = (role: Role) => may(role, 's3:GetObject', 'arn:aws:s3:::b/k');
		expect(get(roleWith(own, denied(undefined))[0])).toBe(false);
		const cases: [object | string, object, boolean][] = [
			['*', {}, false],
			[{ AWS: 'arn:aws:iam::000000000000:role/worker' }, {}, false],
			[{ AWS: ['arn:aws:iam::000000000000:role/other'] }, {}, true],
			['*', { Bool: { 'aws:SecureTransport': 'false' } }, true],
			['*', { Bool: { 'aws:SecureTransport': 'true' } }, false],
		];
		for (const [principal, condition, expected] of cases) {
			const [role, roles] = roleWith(own);
			roles.addResourcePolicy(denied(principal, condition));
			expect(get(role), JSON.stringify([principal, condition])).toBe(expected);
		}
	});

	test('conditions hold by key and value, and an absent key only where IfExists says so', () => {
		const list = (condition: object, keys: object) =>
			may(roleWith(allow('s3:ListBucket', '*', { Condition: condition }))[0], 's3:ListBucket', 'arn:aws:s3:::b', keys);
		const like = { 's3:prefix': ['samplings/*', 'open/'] };
		expect(list({ StringLike: like }, { 's3:prefix': 'samplings/1' })).toBe(true);
		expect(list({ StringLike: like }, { 's3:prefix': 'videos/1' })).toBe(false);
		expect(list({ StringLike: like }, {})).toBe(false);
		expect(list({ StringLikeIfExists: like }, {})).toBe(true);
		expect(list({ StringLikeIfExists: like }, { 's3:prefix': 'videos/1' })).toBe(false);
		expect(list({ StringNotEquals: { 's3:prefix': 'a' } }, { 's3:prefix': 'a' })).toBe(false);
		expect(list({ StringNotEquals: { 's3:prefix': 'a' } }, {})).toBe(true);
		expect(list({ Null: { 's3:prefix': 'true' } }, {})).toBe(true);
		expect(list({ Null: { 's3:prefix': 'true' } }, { 's3:prefix': 'a' })).toBe(false);
	});

	test('what can not be evaluated is refused by name', () => {
		expect(() => allow('s3:*', '*', { NotAction: 's3:PutObject' })).toThrow(/NotAction/);
		expect(() => allow('s3:*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '::1' } } })).toThrow(/IpAddress/);
	});

	test('grants that no request needed are told', () => {
		const [role, roles] = roleWith(allow(['s3:GetObject', 's3:PutObject'], ['arn:aws:s3:::b/x/*', 'arn:aws:s3:::b/y']));
		may(role, 's3:GetObject', 'arn:aws:s3:::b/x/1');
		may(role, 's3:PutObject', 'arn:aws:s3:::b/y');
		expect(roles.unused().map(({ action, resource }) => `${action} ${resource}`)).toEqual([
			's3:GetObject arn:aws:s3:::b/y',
			's3:PutObject arn:aws:s3:::b/x/*',
		]);
	});
});

describe('the services ask for the rights that AWS asks for', () => {
	const errorOf = (answer: Promise<unknown>): Promise<string> =>
		answer.then(
			() => 'none',
			({ name, $metadata }) => `${$metadata?.httpStatusCode} ${name}`,
		);

	/** What S3 answers a role with these policies. */
	const s3With = async (...policies: ReturnType<typeof allow>[]) => {
		const [role, roles] = roleWith(...policies);
		const server = await startS3({ dataDir: folder(), ...testSigner, roles });
		onTestFinished(() => server.close());
		const common = { region: testSigner.region, endpoint: server.endpoint, forcePathStyle: true, maxAttempts: 1 };
		const owner = new S3Client({ ...common, credentials: testSigner.credentials });
		await owner.send(new CreateBucketCommand({ Bucket: 'bucket' }));
		await owner.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'there', Body: 'text' }));
		return new S3Client({ ...common, credentials: role.credentials });
	};
	const object = (Key: string) => ({ Bucket: 'bucket', Key });

	test('S3: a missing object is forbidden to those who may not list the bucket', async () => {
		const reads = allow('s3:GetObject', 'arn:aws:s3:::bucket/*');
		const blind = await s3With(reads);
		expect(await errorOf(blind.send(new GetObjectCommand(object('there'))))).toBe('none');
		expect(await errorOf(blind.send(new GetObjectCommand(object('missing'))))).toBe('403 AccessDenied');
		const seeing = await s3With(reads, allow('s3:ListBucket', 'arn:aws:s3:::bucket'));
		expect(await errorOf(seeing.send(new GetObjectCommand(object('missing'))))).toBe('404 NoSuchKey');
	});

	test('S3: a comparing write needs the right to read, a listing is allowed by prefix', async () => {
		const s3 = await s3With(
			allow('s3:PutObject', 'arn:aws:s3:::bucket/*'),
			allow('s3:ListBucket', 'arn:aws:s3:::bucket', { Condition: { StringLike: { 's3:prefix': 'a/*' } } }),
		);
		const put = (condition: object) => errorOf(s3.send(new PutObjectCommand({ ...object('there'), ...condition })));
		expect(await put({ IfNoneMatch: '*' })).toBe('412 PreconditionFailed');
		expect(await put({ IfMatch: '"x"' })).toBe('403 AccessDenied');
		const list = (Prefix: string) => errorOf(s3.send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix })));
		expect(await list('a/b')).toBe('none');
		expect(await list('b/')).toBe('403 AccessDenied');
	});

	test('SQS: a batch needs the right to send, each queue is a resource of its own', async () => {
		const [role, roles] = roleWith(allow('sqs:SendMessage', 'arn:aws:sqs:us-east-1:000000000000:work'));
		const server = await startSqs({ dataDir: folder(), ...testSigner, accountId: '000000000000', roles });
		onTestFinished(() => server.close());
		const common = { region: testSigner.region, endpoint: server.endpoint, maxAttempts: 1 };
		const owner = new SQSClient({ ...common, credentials: testSigner.credentials });
		const sqs = new SQSClient({ ...common, credentials: role.credentials });
		const queue = async (QueueName: string) => (await owner.send(new CreateQueueCommand({ QueueName }))).QueueUrl;
		const [work, other] = [await queue('work'), await queue('other')];
		const send = (QueueUrl: string | undefined) =>
			errorOf(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'b' }] })));
		expect(await send(work)).toBe('none');
		expect(await send(other)).toMatch(/^403 /);
		expect(await errorOf(sqs.send(new ReceiveMessageCommand({ QueueUrl: work })))).toMatch(/^403 /);
	});

	test('SSM: one parameter, to those who have the right to it; by no page in a browser', async () => {
		const [role, roles] = roleWith(allow('ssm:GetParameter', 'arn:aws:ssm:us-east-1:000000000000:parameter/a/token'));
		const secrets = new Map([
			['/a/token', 'secret'],
			['/a/other', 'secret'],
		]);
		const server = await startSsm(secrets, { ...testSigner, accountId: '000000000000', roles });
		onTestFinished(() => server.close());
		const common = { region: testSigner.region, endpoint: server.endpoint, maxAttempts: 1 };
		const get = (credentials: typeof role.credentials, Name: string) =>
			errorOf(new SSMClient({ ...common, credentials }).send(new GetParameterCommand({ Name })));
		expect(await get(role.credentials, '/a/token')).toBe('none');
		expect(await get(role.credentials, '/a/other')).toBe('400 AccessDeniedException');
		const known = { accessKeyId: 'framefan-local', secretAccessKey: 'framefan-local-secret' };
		expect(await get(known, '/a/token')).toBe('400 UnrecognizedClientException');

		const status = (host: string) =>
			new Promise<number | undefined>(resolve =>
				request(server.endpoint, { method: 'POST', headers: { host } }, ({ statusCode }) => resolve(statusCode)).end(),
			);
		expect(await status('rebound.example')).toBe(421);
		expect(await status(new URL(server.endpoint).host)).toBe(400);
	});
});
