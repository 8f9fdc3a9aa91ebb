import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, test } from 'vitest';
import { chosenTemplate, type Tree } from '#test/chosen-template.ts';

let template: Template;
beforeAll(() => {
	template = chosenTemplate();
});

const nameOf = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');
const alarms = (): [name: string, properties: Tree][] =>
	Object.entries(template.findResources('AWS::CloudWatch::Alarm')).map(([id, { Properties }]) => [
		nameOf(id).replace('Alarms', ''),
		Properties,
	]);

/** What a metric is of: a function, a queue or a rule of the stack. */
const subjectOf = ([{ Value }]: Tree[]): string =>
	typeof Value === 'string' ? Value : nameOf(Value.Ref ?? Value['Fn::GetAtt'][0]);

test('each alarm watches what it is named for', () => {
	const told = alarms().map(
		([name, { MetricName, Metrics, Dimensions, Threshold, Period = 900, EvaluationPeriods }]) => {
			const metrics: string[] = Metrics
				? Metrics.filter(({ MetricStat }: Tree) => MetricStat).map(
						({ MetricStat: { Metric, Stat } }: Tree) => `${subjectOf(Metric.Dimensions)} ${Stat} ${Metric.MetricName}`,
					)
				: [`${subjectOf(Dimensions)} ${MetricName}`];
			return `${name}: ${metrics.join(' + ')} > ${Threshold}, ${EvaluationPeriods} x ${Period / 60} min`;
		},
	);
	const both = 'Maximum ApproximateNumberOfMessages';
	const ofQueue = (name: string, ageSeconds: number) => [
		`${name}DeadLetters: ${name}DeadLetters ${both}Visible + ${name}DeadLetters ${both}NotVisible > 0, 4 x 15 min`,
		`${name}Age: ${name}Queue ApproximateAgeOfOldestMessage > ${ageSeconds}, 1 x 15 min`,
		`${name}Sent: ${name}Queue NumberOfMessagesSent > 1000000, 6 x 60 min`,
	];
	const ofFunction = (name: string, longestMs: number) => [
		`${name}Errors: ${name} Errors > 3, 1 x 15 min`,
		`${name}Throttles: ${name} Throttles > 0, 3 x 15 min`,
		`${name}Duration: ${name} Duration > ${longestMs}, 3 x 15 min`,
	];
	const samplingsFailed = ['api', 'fan-out', 'decode', 'reduce'].map(stage => `Framefan-${stage} Sum SamplingsFailed`);
	expect(told.sort()).toEqual(
		[
			...ofQueue('Plan', 7200),
			...ofQueue('Decoding', 43_200),
			...ofQueue('Reporting', 3600),
			...ofFunction('Api', 18_000),
			...ofFunction('FanOut', 270_000),
			...ofFunction('Decode', 540_000),
			...ofFunction('Reduce', 108_000),
			`SamplingsFailed: ${samplingsFailed.join(' + ')} > 0, 1 x 15 min`,
			`StandingSamplingFailed: StandingSamplingDeadLetters ${both}Visible + StandingSamplingDeadLetters ${both}NotVisible > 0, 1 x 15 min`,
			'SweepFailed: SweepRule FailedInvocations > 0, 1 x 15 min',
		].sort(),
	);
});

test("every alarm notifies a topic, the stack's own or another; the own one writes an email", () => {
	const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
	const [other] = Object.keys(template.findConditions('*')).filter(id => id.includes('HasOtherTopic'));
	expect(template.toJSON().Conditions[other as string]).toEqual({
		'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmTopicArn' }, 'own'] }],
	});
	for (const [name, { AlarmActions, AlarmDescription, TreatMissingData }] of alarms()) {
		expect(AlarmActions, name).toEqual([{ 'Fn::If': [other, { Ref: 'AlarmTopicArn' }, { Ref: topic }] }]);
		expect(AlarmDescription.length, name).toBeGreaterThan(30);
		expect(TreatMissingData, name).toBe('notBreaching');
	}
	const [policy]: Tree[] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
	expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
		expect.objectContaining({
			Effect: 'Allow',
			Action: 'sns:Publish',
			Principal: { Service: 'cloudwatch.amazonaws.com' },
			Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
		}),
	);
	const [email]: Tree[] = Object.values(template.findResources('AWS::SNS::Subscription'));
	expect(email.Properties).toEqual({ Endpoint: { Ref: 'AlarmEmail' }, Protocol: 'email', TopicArn: { Ref: topic } });
	expect(template.toJSON().Conditions[email.Condition]).toEqual({
		'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlarmEmail' }, ''] }],
	});
});

test('each alarm goes off above its limit, by the sum or the maximum', () => {
	for (const [name, { ComparisonOperator, TreatMissingData, Statistic, Metrics = [], AlarmActions }] of alarms()) {
		expect([name, ComparisonOperator, TreatMissingData]).toEqual([name, 'GreaterThanThreshold', 'notBreaching']);
		expect(AlarmActions, name).toHaveLength(1);
		const statistics: string[] = Metrics.flatMap(({ MetricStat }: Tree) => MetricStat?.Stat ?? []);
		const wanted = /(Age|Duration|DeadLetters|StandingSamplingFailed)$/.test(name) ? 'Maximum' : 'Sum';
		for (const each of Statistic ? [Statistic] : statistics) expect([name, each]).toEqual([name, wanted]);
	}
});
