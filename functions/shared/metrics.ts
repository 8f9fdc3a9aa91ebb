/** The metrics of the functions, with their units. `docs/deploy.md` says what they mean. */
export const metricUnits = {
	FramesUploaded: 'Count',
	BytesRead: 'Bytes',
	BytesUploaded: 'Bytes',
	FetchTime: 'Milliseconds',
	DecodeTime: 'Milliseconds',
	EncodeTime: 'Milliseconds',
	UploadTime: 'Milliseconds',
	AnnotateTime: 'Milliseconds',
	Faults: 'Count',
	Retries: 'Count',
	FailedDeliveries: 'Count',
	SamplingsStarted: 'Count',
	SamplingsCompleted: 'Count',
	SamplingsFailed: 'Count',
	SamplingsCancelled: 'Count',
	Dollars: 'None',
} as const;
export type MetricName = keyof typeof metricUnits;

/** Receives one value. `reason`: of faults. */
export type TakeMetric = (name: MetricName, value: number, reason?: string) => void;

let take: TakeMetric = () => {};

/** Sets the receiver of metrics. Without one, as in the library and the command, they are dropped. */
export function sendMetricsTo(taker: TakeMetric): void {
	take = taker;
}

/** Measures some values. */
export function measure(values: Partial<Record<MetricName, number>>): void {
	for (const [name, value] of Object.entries(values)) take(name as MetricName, value);
}

/** Counts faults by their reasons. */
export function countFaults(faults: { reason: string }[]): void {
	const counts = new Map<string, number>();
	for (const { reason } of faults) counts.set(reason, (counts.get(reason) ?? 0) + 1);
	for (const [reason, count] of counts) take('Faults', count, reason);
}
