import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../functions/shared/metrics.ts';
import type { StageFunction } from './stage-function.ts';

/** The sum of a metric that a function of this stack writes. */
export function metricOf(stage: StageFunction, metricName: MetricName, period: Duration): Metric {
	const dimensionsMap = { service: stage.service };
	return new Metric({ namespace: 'Framefan', metricName, dimensionsMap, statistic: Stats.SUM, period });
}

/** The sum of a metric over several functions; those that have not written it count as zero. */
export function metricOfAll(
	stages: StageFunction[],
	metricName: MetricName,
	{ period, label, per }: { period: Duration; label?: string; per?: Duration },
): IMetric {
	// Ids must be unique in a graph.
	const id = metricName.charAt(0).toLowerCase() + metricName.slice(1);
	const metrics = stages.map((stage, i) => [`${id}${i}`, metricOf(stage, metricName, period)] as const);
	const rate = per ? ` * ${per.toSeconds()} / ${period.toSeconds()}` : '';
	return new MathExpression({
		expression: `SUM([${metrics.map(([name]) => name)}])${rate}`,
		usingMetrics: Object.fromEntries(metrics),
		period,
		...(label ? { label } : {}),
	});
}

/** The faults of a stack, one line for each reason. */
export function faultsByReason(stages: StageFunction[], period: Duration): IMetric {
	const services = stages.map(({ service }) => `"${service}"`).join(' OR ');
	const wanted = `{Framefan,reason,service} MetricName="Faults" service=(${services})`;
	return new MathExpression({
		expression: `SEARCH('${wanted}', 'Sum', ${period.toSeconds()})`,
		period,
		label: '',
	});
}
