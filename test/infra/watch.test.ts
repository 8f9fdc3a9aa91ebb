import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, expect, test } from 'vitest';
import { metricUnits } from '#shared/metrics.ts';
import { chosenTemplate, type Tree } from '#test/chosen-template.ts';

let template: Template;
beforeAll(() => {
	template = chosenTemplate();
});

const properties = (type: string): Tree[] => Object.values(template.findResources(type)).map(each => each.Properties);

/** Widgets of the dashboard by their titles; references to resources stand as their logical ids. */
const widgets = (): Map<string, Tree> => {
	const [{ DashboardBody }] = properties('AWS::CloudWatch::Dashboard');
	const text = DashboardBody['Fn::Join'][1]
		.map((part: Tree) => (typeof part === 'string' ? part : (part.Ref ?? part['Fn::GetAtt'][0])))
		.join('');
	return new Map(JSON.parse(text).widgets.map(({ properties: each }: Tree) => [each.title, each]));
};

test('the dashboard shows the metrics that the functions write, under the names of this stack', () => {
	const metrics: Tree[] = [...widgets().values()].flatMap(({ metrics }) => metrics);
	const own = metrics.filter(([namespace]) => namespace === 'Framefan');
	expect(own.length).toBeGreaterThan(10);
	const services = properties('AWS::Lambda::Function').map(
		({ Environment }) => Environment.Variables.POWERTOOLS_SERVICE_NAME,
	);
	for (const [, name, dimension, service] of own) {
		expect(Object.keys(metricUnits)).toContain(name);
		expect(dimension).toBe('service');
		expect(services).toContain(service);
	}
});

test('the dashboard has rates, ages, faults, throttles, durations and dollars', () => {
	const shown = widgets();
	expect(shown.get('Frames').metrics[0][0].expression).toBe('SUM([framesUploaded0]) * 1 / 300');
	expect(shown.get('Cost, estimated').metrics[0][0].expression).toMatch(/^SUM\(\[.+\]\) \* 3600 \/ 300$/);
	expect(shown.get('Faults by reason').metrics[0][0].expression).toContain('{Framefan,reason,service}');
	const ages = shown.get('Age of the oldest message').metrics.map(([, name]: Tree) => name);
	expect(ages).toEqual(Array(3).fill('ApproximateAgeOfOldestMessage'));
	const failed = shown.get('Failed and throttled').metrics.filter(([, name]: Tree) => name === 'Throttles');
	expect(failed).toHaveLength(4);
	for (const percentile of ['p50', 'p99']) {
		const durations: Tree[] = shown.get(`Duration, ${percentile}`).metrics;
		expect(durations.map(([, name, , , { stat }]) => `${name} ${stat}`)).toEqual(
			Array(4).fill(`Duration ${percentile}`),
		);
	}
});

test('every function is traced, and may hand its traces to X-Ray', () => {
	for (const { TracingConfig } of properties('AWS::Lambda::Function'))
		expect(TracingConfig).toEqual({ Mode: 'Active' });
});

test('requests are throttled and in an access log, which has no query', () => {
	const [stage] = properties('AWS::ApiGatewayV2::Stage');
	expect(stage).toMatchObject({
		StageName: '$default',
		AutoDeploy: true,
		DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
	});
	const group = stage.AccessLogSettings.DestinationArn['Fn::GetAtt'][0];
	expect(template.findResources('AWS::Logs::LogGroup')[group]?.Properties.RetentionInDays).toBe(30);
	const line = JSON.parse(stage.AccessLogSettings.Format);
	expect(line).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
	expect(JSON.stringify(line)).not.toMatch(/query/i);
});
