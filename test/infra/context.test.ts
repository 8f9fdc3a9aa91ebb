import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { loopbackCertificate, loopbackKey } from '#test/loopback-certificate.ts';
import { readChoices } from '../../infra/choices.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-context-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const choicesOf = (context: Record<string, unknown>) => readChoices(new App({ context }).node);
const fileOf = (name: string, text: string): string => {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
};
const broken = loopbackCertificate.replace('MIIBkDCC', 'MIIBkDCD');

describe('a bad context value is refused with the value, the limit and the remedy', () => {
	test.each<[Record<string, unknown>, ...string[]]>([
		[{ stackName: '7days' }, 'stackName is "7days"', 'up to 127 letters', 'choose another'],
		[{ stackName: 'a'.repeat(129) }, 'up to 127 letters'],
		[{ architecture: 'x64' }, 'architecture is "x64"', 'choose x86_64 or arm64'],
		[{ subnets: 'subnet-1', securityGroups: 'sg-0a1b2c3d' }, 'subnets is "subnet-1"', 'at most 16', 'subnet-0a1b2c3d'],
		[{ securityGroups: Array(6).fill('sg-0a1b2c3d'), subnets: 'subnet-0a1b2c3d' }, 'securityGroups', 'at most 5 ids'],
		[{ subnets: 'subnet-0a1b2c3d' }, 'has subnets and no securityGroups', 'leave out subnets'],
		[{ securityGroups: 'sg-0a1b2c3d' }, 'has securityGroups and no subnets', 'leave out securityGroups'],
		[{ proxy: '10.0.0.5:3128' }, 'proxy is "10.0.0.5:3128"', 'such as http://10.0.0.5:3128'],
		[{ proxy: 'http://proxy' }, 'with its port'],
		[{ proxy: 'https://proxy:3128' }, 'proxy is "https://proxy:3128"'],
		[{ noProxy: 'a.example.com' }, 'noProxy is "a.example.com" and there is no proxy'],
		[{ proxy: 'http://proxy:3128', noProxy: 'a, b' }, 'noProxy is "a, b"', 'without spaces'],
		[{ privateCa: '/nowhere.pem' }, 'privateCa is "/nowhere.pem"', 'ENOENT', 'the path of a PEM file'],
		[{ privateCa: fileOf('key.pem', loopbackKey) }, 'has no certificate', 'certificates of your authority'],
		[{ privateCa: fileOf('broken.pem', `${loopbackCertificate}\n${broken}`) }, 'certificate 2 of 2'],
		[{ kmsKey: 'alias/mine' }, 'kmsKey is "alias/mine"', 'an alias is not enough'],
		[{ permissionsBoundary: 'boundary' }, 'permissionsBoundary is "boundary"', 'the ARN of a managed policy'],
		[{ stateRetentionDays: 14 }, 'stateRetentionDays is "14"', 'from 15', 'for 14 days, to 3650'],
		[{ stateRetentionDays: 4000 }, 'stateRetentionDays is "4000"'],
		[{ stateRetentionDays: '20.5' }, 'a whole number'],
		[{ logRetentionDays: 31 }, 'logRetentionDays is "31"', '30, 60', 'choose one of these'],
		[{ stateRemovalPolicy: 'delete' }, 'stateRemovalPolicy is "delete"', 'choose retain or destroy'],
		[{ logRemovalPolicy: true }, 'logRemovalPolicy is true: give a string'],
		[{ subnet: 'subnet-0a1b2c3d' }, 'no context key subnet', 'the keys are stackName', 'subnets'],
	])('%o', (context, ...parts) => {
		for (const part of parts) expect(() => choicesOf(context)).toThrow(part);
	});

	test('and the password of a proxy is not shown', () => {
		const read = () => choicesOf({ proxy: 'http://me:secret@proxy:3128' });
		expect(read).toThrow('has a user name or password in it');
		expect(read).not.toThrow('secret');
	});
});

test('lists may stand in cdk.json as arrays, numbers as numbers, beside flags of the CDK', () => {
	const context = {
		subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
		securityGroups: 'sg-0a1b2c3d',
		logRetentionDays: 7,
	};
	expect(choicesOf({ ...context, '@aws-cdk/core:checkSecretUsage': true, 'cli-telemetry': false })).toMatchObject({
		...{ subnets: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'], securityGroups: ['sg-0a1b2c3d'] },
		logRetentionDays: 7,
	});
});

test('of a file of certificates, only the certificates are taken', () => {
	const path = fileOf('both.pem', `# of the office\n${loopbackCertificate}\n${loopbackKey}\n${loopbackCertificate}\n`);
	expect(choicesOf({ privateCa: path }).privateCa).toBe(`${loopbackCertificate}\n${loopbackCertificate}\n`);
});
