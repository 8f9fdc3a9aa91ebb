import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import type { MiddlewareObj } from '@middy/core';
import { prices } from '../estimate/prices.ts';
import { writeLogTo } from '../log.ts';
import { measure, metricUnits, sendMetricsTo } from '../metrics.ts';

/**
 * Writes log lines as JSON with the ids of the invocation, and metrics in the embedded format, also when the handler
 * throws. Use it first: middy then calls it last, with the metrics of all others.
 *
 * There is no tracer of Powertools: its X-Ray SDK is no longer developed, and has 128 kB that every start would load.
 * X-Ray gets the segments of the functions themselves, and `trace.ts` hands the trace from message to message.
 */
export function watched(): MiddlewareObj[] {
	const logger = new Logger();
	const metrics = new Metrics({ namespace: 'Framefan' });
	writeLogTo((level, message, fields) => logger[level](message, fields));
	sendMetricsTo((name, value, reason) => {
		metrics.addMetric(name, metricUnits[name], value);
		if (reason === undefined) return;
		const ofReason = metrics.singleMetric();
		ofReason.addDimension('reason', reason);
		ofReason.addMetric(name, metricUnits[name], value);
	});
	return [injectLambdaContext(logger), logMetrics(metrics), cost()];
}

/** Measures what the invocation costs. What its messages and documents cost is less than a tenth of that. */
const cost = (): MiddlewareObj => {
	let startedAt = 0;
	const add = ({ context }: { context: { memoryLimitInMB: string } }): void => {
		const gibSeconds = ((Date.now() - startedAt) / 1000) * (Number(context.memoryLimitInMB) / 1024);
		measure({ Dollars: gibSeconds * prices.lambdaGiBSecond + prices.lambdaRequest });
	};
	return {
		before: () => {
			startedAt = Date.now();
		},
		after: add,
		onError: add,
	};
};
