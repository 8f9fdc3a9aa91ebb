import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Moto, startMoto } from '#test/moto.ts';
import { sectionBlocks } from '#test/page-blocks.ts';
import { pythonEnvironment } from '#test/python.ts';

const page = 'docs/deploy.md';
/** What moto can't do is only told. */
const told = 'start-message-move-task';

let moto: Moto | undefined;
let aws = '';
let reason = '';

beforeAll(async () => {
	const environment = await pythonEnvironment('awscli', ['awscli==1.45.11']);
	const started = 'unavailable' in environment ? environment : await startMoto();
	if ('unavailable' in started) {
		reason = started.unavailable;
		console.error(`\nNOT RUN: the commands of ${page}. ${reason}\n`);
	} else if ('python' in environment) {
		moto = started;
		aws = join(dirname(environment.python), 'aws');
	}
});
afterAll(() => moto?.stop());

/** Runs lines in bash with the AWS CLI on moto; what npm and CDK would do is left out. */
const run = async (script: string, env: Record<string, string> = {}): Promise<string> => {
	const functions = [
		`aws() { case "$*" in *${told}*) echo "told: $*";; *) ${aws} --endpoint-url ${moto?.endpoint} "$@";; esac; }`,
		'npm() { :; }; npx() { :; }',
	];
	const keys = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'y' };
	const region = { AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1' };
	const lines = ['set -eo pipefail', ...functions, script].join('\n');
	const all = { env: { ...process.env, ...keys, ...region, ...env } };
	return (await promisify(execFile)('bash', ['-c', lines], all)).stdout.trim();
};

const block = (heading: string, at: number): string => sectionBlocks(page, heading)[at] ?? '';
const makeStack = (name: string, template: object): Promise<string> =>
	run(`aws cloudformation create-stack --stack-name ${name} --template-body "$TEMPLATE"`, {
		TEMPLATE: JSON.stringify(template),
	});

const secret = 'aws ssm get-parameter --with-decryption --name /framefan/supervisely-token --query Parameter.Value';

test('the AWS commands of docs/deploy.md lead from an empty account and back to it', async context => {
	if (!moto) return context.skip(`NOT RUN: ${reason}`);
	await run(block('Deploy', 0), { TOKEN: 'first-token' });
	expect(await run(`${secret} --output text`)).toBe('first-token');
	await run(block('Rotate the token', 0), { TOKEN: 'second-token' });
	expect(await run(`${secret} --output text`)).toBe('second-token');

	const queue = { Type: 'AWS::SQS::Queue' };
	await makeStack('Framefan', {
		Resources: { State: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' }, DecodingDeadLetters9558EA6E: queue },
		Outputs: { HttpUrl: { Value: 'https://a' }, StateBucket: { Value: { Ref: 'State' } }, AlarmTopic: { Value: 'b' } },
	});
	const printed = await run(`${block('Deploy', 1)}echo "$HTTP_URL $STATE_BUCKET $ALARM_TOPIC"`);
	expect(printed).toMatch(/^https:\/\/a framefan-state-\w+ b$/);
	const bucket = printed.split(' ')[1] ?? '';
	await run(`echo '{}' | aws s3 cp - s3://${bucket}/samplings/1/request.json`);
	expect(await run(block('Dead letters', 0))).toMatch(
		/told: sqs start-message-move-task --source-arn arn:aws:sqs:us-east-1:\d+:Framefan-DecodingDeadLetters9558EA6E-\w+$/,
	);

	await run('aws logs create-log-group --log-group-name Framefan-DecodeLogs-x');
	await run('aws logs create-log-group --log-group-name another');
	await run('aws cloudformation delete-stack --stack-name Framefan');
	await run(block('Remove everything', 2), { STATE_BUCKET: bucket });
	await run(block('Remove everything', 3));
	expect(JSON.parse(await run(block('Remove everything', 4)))).toEqual({ ResourceTagMappingList: [] });
	const groups = await run('aws logs describe-log-groups --query "logGroups[].logGroupName" --output text');
	expect(groups).toBe('another');
	await expect(run(secret)).rejects.toThrow(/ParameterNotFound/);

	const account = await run('aws sts get-caller-identity --query Account --output text');
	const assets = `cdk-hnb659fds-assets-${account}-us-east-1`;
	await makeStack('CDKToolkit', { Resources: { Queue: queue } });
	await run(`aws s3 mb s3://${assets}
		aws s3api put-bucket-versioning --bucket ${assets} --versioning-configuration Status=Enabled
		for KEY in a b a; do echo '{}' | aws s3 cp - s3://${assets}/$KEY; done
		aws s3 rm s3://${assets}/b`);
	await run(block('Remove everything', 5));
	expect(
		await run('aws s3 ls; aws sqs list-queues; aws ssm describe-parameters --query Parameters --output text'),
	).toBe('');
	const stacks = 'aws cloudformation describe-stacks --query "Stacks[].StackName" --output text';
	expect(await run(stacks)).toBe('');
});
