import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDeployment } from '#test/deployment.ts';
import { until } from '#test/framefan-command.ts';
import { tinyFrames, type Workbench } from '#test/workbench.ts';

// biome-ignore lint/suspicious/noExplicitAny: a line of a log
type Line = any;

let bench: Workbench;
let sampling: string;
let receivedBefore: number;
const received = (): number => bench.server.counters()['images.bulk.upload']?.bytesIn ?? 0;
beforeAll(async () => {
	({ bench } = await openDeployment());
	receivedBefore = received();
	// A size of its own, so that the server has none of its pictures.
	const settings = { resize: [78, 104] as [number, number] };
	({ id: sampling } = await bench.api.start({ source: { projectId: bench.source }, settings }));
	await bench.ended(sampling);
	// Metrics are written when an invocation ends.
	await until(async () => bench.stack.busy() === 0, 30, 'all invocations had ended');
});
afterAll(() => bench.close());

const stages = ['Api', 'FanOut', 'Decode', 'Reduce'];

/** The lines of a function that are JSON; a warning of the AWS SDK isn't. */
const lines = (stage: string): Line[] =>
	bench
		.logLines(stage)
		.filter(line => line.startsWith('{'))
		.map(line => JSON.parse(line));
const saying = (stage: string, message: string): Line[] => lines(stage).filter(line => line.message === message);
const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

test('each chunk leaves one line with its frames, its bytes, and the time of each phase', () => {
	const chunks = saying('Decode', 'Chunk finished');
	expect(new Set(chunks.map(({ chunk }) => chunk)).size).toBe(chunks.length);
	expect(sum(chunks.map(({ framesUploaded }) => framesUploaded))).toBe(tinyFrames);
	for (const line of chunks) {
		expect(line).toMatchObject({ level: 'INFO', service: 'Framefan-decode', sampling, attempt: 1 });
		expect(line).toMatchObject({ video: expect.any(Number), function_request_id: expect.any(String) });
		expect(line.bytesRead).toBeGreaterThan(100);
		expect(Object.keys(line.ms)).toEqual(['fetch', 'decode', 'encode', 'upload', 'annotate']);
	}
	for (const phase of ['decode', 'encode', 'upload', 'annotate'])
		expect(sum(chunks.map(({ ms }) => ms[phase])), phase).toBeGreaterThan(0);
	// Both videos have the same pictures, which are uploaded once.
	const uploaded = sum(chunks.map(({ bytesUploaded }) => bytesUploaded));
	expect(uploaded).toBeGreaterThan(0.8 * (received() - receivedBefore));
	expect(uploaded).toBeLessThan(received() - receivedBefore);
});

test('a video that is planned, and the beginning and end of a sampling, leave a line each', () => {
	const planned = saying('FanOut', 'Video planned');
	expect(planned.map(({ framesPlanned }) => framesPlanned)).toEqual([30, 30]);
	for (const line of planned) expect(line).toMatchObject({ sampling, step: 'video', video: expect.any(Number) });
	expect(saying('Api', 'Sampling started')).toMatchObject([{ sampling, attempt: 1, source: bench.source }]);
	expect(saying('Reduce', 'Sampling ended')).toMatchObject([{ sampling, state: 'completed', framesUploaded: 60 }]);
});

test('one trace goes from the request to the last upload', () => {
	const [{ trace }] = saying('Api', 'Sampling started');
	expect(trace).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
	const later = [...saying('FanOut', 'Video planned'), ...saying('Decode', 'Chunk finished')];
	for (const line of later) expect(line.trace).toBe(trace);
});

test('metrics have the namespace Framefan and the function as their dimension', () => {
	const metrics = lines('Decode').filter(line => line._aws);
	expect(sum(metrics.flatMap(({ FramesUploaded = 0 }) => FramesUploaded))).toBe(tinyFrames);
	for (const { _aws, service } of metrics) {
		expect(service).toBe('Framefan-decode');
		expect(_aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'Framefan', Dimensions: [['service']] });
	}
	for (const stage of stages) expect(sum(lines(stage).flatMap(({ Dollars = 0 }) => Dollars)), stage).toBeGreaterThan(0);
	expect(sum(lines('Reduce').flatMap(({ SamplingsCompleted = 0 }) => SamplingsCompleted))).toBe(1);
});

test('no line has the token, or the query of a URL', () => {
	const all = stages.flatMap(stage => bench.logLines(stage));
	for (const line of all) {
		expect(line).not.toContain(bench.server.token);
		expect(line).not.toMatch(/https?:\/\/[^\s"]+\?[^…]/);
	}
});
