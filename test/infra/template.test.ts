import { expect, test } from 'vitest';
import { provision } from '#local/provision.ts';
import { cronPattern, rateSeconds } from '#local/rule-timer.ts';
import type { StackContext } from '#local/stack-context.ts';
import { makeResolver, parameterValues, type Template } from '#local/template.ts';

const resolver = makeResolver({
	parameters: new Map([['Server', 'https://example.com']]),
	pseudo: { 'AWS::Region': 'us-east-1' },
	attributes: new Map([['Queue', { ref: 'http://127.0.0.1/queue', Arn: 'arn:queue' }]]),
});

test('Ref, Fn::GetAtt, Fn::Join and Fn::Sub resolve inside any structure', () => {
	expect(
		resolver.resolve({
			url: { Ref: 'Queue' },
			list: [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, { Ref: 'Server' }],
			joined: { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] },
			// biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own substitution
			sub: { 'Fn::Sub': 'bucket-${AWS::Region}-${Queue.Arn}' },
		}),
	).toEqual({
		url: 'http://127.0.0.1/queue',
		list: ['arn:queue', 'https://example.com'],
		joined: 'a-us-east-1',
		sub: 'bucket-us-east-1-arn:queue',
	});
});

test('conditions resolve to whether a resource is made', () => {
	const isNot = (value: string) => ({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Server' }, value] }] });
	expect(resolver.resolve(isNot(''))).toBe(true);
	expect(resolver.resolve(isNot('https://example.com'))).toBe(false);
});

test('an intrinsic function or a reference that is not known is refused by name', () => {
	expect(() => resolver.resolve({ 'Fn::ImportValue': 'x' })).toThrow('Fn::ImportValue');
	expect(() => resolver.resolve({ Ref: 'Nothing' })).toThrow('Nothing');
	expect(() => resolver.resolve({ 'Fn::GetAtt': ['Queue', 'Colour'] })).toThrow('Queue.Colour');
});

test('parameters are checked as CloudFormation does', () => {
	const template: Template = {
		resources: new Map(),
		outputs: new Map(),
		parameters: new Map([
			['Frames', { default: '200', allowedPattern: /^(?:[1-9][0-9]*)$/ }],
			['Needed', {}],
			['Width', { default: '20', min: 2, max: 1000 }],
		]),
	};
	expect(parameterValues(template, { Needed: 'x' })).toEqual(
		new Map([
			['Frames', '200'],
			['Needed', 'x'],
			['Width', '20'],
		]),
	);
	for (const Width of ['1', '1001', 'wide', ''])
		expect(() => parameterValues(template, { Needed: 'x', Width })).toThrow(
			`Width is "${Width}": it must be a number from 2`,
		);
	expect(() => parameterValues(template, {})).toThrow('Needed');
	expect(() => parameterValues(template, { Needed: 'x', Frames: '0' })).toThrow('Frames is "0"');
	expect(() => parameterValues(template, { Needed: 'x', Other: '1' })).toThrow('Other');
});

test('schedules are read as EventBridge writes them', () => {
	expect(rateSeconds('rate(5 minutes)')).toBe(300);
	expect(rateSeconds('rate(1 day)')).toBe(86_400);
	expect(cronPattern('cron(0 3 ? * 2-6 *)')).toBe('0 0 3 ? * 1-5 *');
	expect(cronPattern('every day')).toBeUndefined();
});

test('a property that means something here and is not acted on is refused by name', async () => {
	const resources = new Map([['Jobs', { type: 'AWS::SQS::Queue', properties: { FifoQueue: true } }]]);
	await expect(provision({} as StackContext, resources)).rejects.toThrow('Jobs: AWS::SQS::Queue has FifoQueue');
});

test('a resource type that can not be run here is refused by name, before anything is made', async () => {
	const resources = new Map([['Table', { type: 'AWS::DynamoDB::Table', properties: {} }]]);
	await expect(provision({} as StackContext, resources)).rejects.toThrow('Table: it has no AWS::DynamoDB::Table');
});
