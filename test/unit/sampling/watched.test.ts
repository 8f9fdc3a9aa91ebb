import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { expect, onTestFinished, test, vi } from 'vitest';
import { TransientError } from '#shared/errors.ts';
import { addLogFields, log, writeLogTo } from '#shared/log.ts';
import { countFaults, measure, sendMetricsTo } from '#shared/metrics.ts';
import { eachRecord } from '#shared/middlewares/each-record.ts';
import { parseRecords } from '#shared/middlewares/parse-records.ts';
import { partialBatchFailures } from '#shared/middlewares/partial-batch-failures.ts';
import { watched } from '#shared/middlewares/watched.ts';
import { retrying } from '#shared/retrying.ts';
import { type DecodeMessage, decodeMessageSchema } from '#shared/sampling/messages.ts';
import { traceHeader } from '#shared/trace.ts';

// biome-ignore lint/suspicious/noExplicitAny: a line of a log
type Line = any;

const context = { awsRequestId: 'request', memoryLimitInMB: '1024', functionName: 'Decode' } as Context;

/** The lines that are written from now on. */
const listen = (): Line[] => {
	const written: Line[] = [];
	for (const stream of [process.stdout, process.stderr]) {
		const spy = vi.spyOn(stream, 'write').mockImplementation(text => {
			written.push(JSON.parse(String(text)));
			return true;
		});
		onTestFinished(() => spy.mockRestore());
	}
	onTestFinished(() => {
		writeLogTo(() => {});
		sendMetricsTo(() => {});
	});
	return written;
};

const record = (sampling: string, chunk: string, trace?: string) => ({
	messageId: `m-${chunk}`,
	receiptHandle: 'r',
	body: JSON.stringify({ schema: 1, sampling, attempt: 2, node: 'video-5001', chunk }),
	attributes: { ApproximateReceiveCount: '1', ...(trace ? { AWSTraceHeader: trace } : {}) },
	eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work',
});

const handle = (records: object[], work: (message: DecodeMessage) => Promise<void>): Promise<SQSBatchResponse> => {
	const queue = { sqs: { send: async () => ({}) } as unknown as SQSClient, queueUrl: 'http://127.0.0.1/0/work' };
	const handler = middy<SQSEvent>()
		.use(watched())
		.use(parseRecords(decodeMessageSchema))
		.use(partialBatchFailures({ ...queue, deliveries: 5, longestWait: 900, inFlightSeconds: 90 }, async () => {}))
		.handler<SQSEvent, SQSBatchResponse>(eachRecord(work));
	return handler({ Records: records } as SQSEvent, context);
};

test('a line says which sampling, attempt, video, chunk and request it is about', async () => {
	const written = listen();
	await handle([record('s', 'c')], async () => log.info('Working'));
	expect(written[0]).toMatchObject({ level: 'INFO', message: 'Working', function_request_id: 'request' });
	expect(written[0]).toMatchObject({ sampling: 's', attempt: 2, video: 5001, node: 'video-5001', chunk: 'c' });
	expect(written[0]).toMatchObject({ messageId: 'm-c', timestamp: expect.any(String) });
});

test('records that are worked on at the same time keep their keys apart, also those of failures', async () => {
	const written = listen();
	await handle([record('s1', 'c1'), record('s2', 'c2'), record('s3', 'c3')], async ({ sampling, chunk }) => {
		await sleep(Math.random() * 20);
		addLogFields({ own: chunk });
		await sleep(Math.random() * 20);
		log.info('Worked', { saying: `${sampling} ${chunk}` });
		if (sampling === 's2') throw new Error('S3 is away');
	});
	const worked = written.filter(({ message }) => message === 'Worked');
	expect(worked).toHaveLength(3);
	for (const { saying, sampling, chunk, own } of worked) expect([saying, own]).toEqual([`${sampling} ${chunk}`, chunk]);
	expect(written.filter(({ message }) => message === 'Message failed')).toMatchObject([
		{ level: 'ERROR', sampling: 's2', chunk: 'c2', messageId: 'm-c2', error: 'S3 is away', deliveries: 1 },
	]);
	log.info('Afterwards');
	expect(written.at(-1)).toMatchObject({ message: 'Afterwards' });
	expect(written.at(-1)).not.toHaveProperty('sampling');
});

test('a record goes on with the trace that it was sent with', async () => {
	const written = listen();
	const traces = ['Root=1-1-a;Parent=b;Sampled=1', 'Root=1-2-c;Parent=d;Sampled=0'];
	const seen: unknown[] = [];
	await handle(
		traces.map((trace, i) => record('s', `c${i}`, trace)),
		async () => {
			await sleep(5);
			seen.push(traceHeader());
			log.info('Working');
		},
	);
	expect(seen).toEqual(traces);
	const told = written.filter(({ message }) => message === 'Working').map(({ trace }) => trace);
	expect(told).toEqual(['1-1-a', '1-2-c']);
});

test('metrics are written when the handler throws, too, with the cost of the invocation', async () => {
	const written = listen();
	const failing = middy()
		.use(watched())
		.handler(async () => {
			measure({ FramesUploaded: 7, BytesRead: 100 });
			throw new Error('broken');
		});
	await expect(failing({}, context)).rejects.toThrow('broken');
	expect(written).toHaveLength(1);
	expect(written[0]).toMatchObject({ FramesUploaded: 7, BytesRead: 100, service: expect.any(String) });
	expect(written[0].Dollars).toBeGreaterThan(0);
	const [{ Namespace, Metrics }] = written[0]._aws.CloudWatchMetrics;
	expect(Namespace).toBe('Framefan');
	expect(Metrics).toContainEqual({ Name: 'BytesRead', Unit: 'Bytes' });
});

test('faults are counted in all, and by reason; failed deliveries and retries are counted', async () => {
	const written = listen();
	await handle([record('s', 'c')], async () => {
		countFaults([{ reason: 'corrupt' }, { reason: 'refused' }, { reason: 'corrupt' }]);
		const calls = [new TransientError('busy', null), new TransientError('busy', null)];
		await retrying(
			async () => {
				const error = calls.pop();
				if (error) throw error;
			},
			{ retries: 3, minTimeout: 1 },
		);
		throw new Error('S3 is away');
	});
	const metrics = written.filter(({ _aws }) => _aws);
	const byReason = metrics.filter(({ reason }) => reason).map(({ reason, Faults }) => [reason, Faults]);
	expect(byReason).toEqual([
		['corrupt', 2],
		['refused', 1],
	]);
	for (const { _aws } of metrics.filter(({ reason }) => reason))
		expect(_aws.CloudWatchMetrics[0].Dimensions[0].sort()).toEqual(['reason', 'service']);
	expect(metrics.at(-1)).toMatchObject({ Faults: [2, 1], Retries: [1, 1], FailedDeliveries: 1 });
});

test('no line has the query of a URL: it may be a signature', () => {
	const lines: Line[] = [];
	writeLogTo((level, message, fields) => lines.push({ level, message, ...fields }));
	onTestFinished(() => writeLogTo(() => {}));
	const url = 'https://files.example.com/video.mp4?X-Amz-Signature=secret&x=1';
	log.error(`GET ${url} answered 403`, { error: new Error(`no answer from ${url}`, { cause: new Error(url) }), url });
	expect(JSON.stringify(lines)).not.toContain('secret');
	expect(lines[0].message).toBe('GET https://files.example.com/video.mp4?… answered 403');
	expect(lines[0].error).toContain('https://files.example.com/video.mp4?…');
});

test('without the middleware nothing is written, as in the library', () => {
	const written = listen();
	writeLogTo(() => {});
	log.warn('Something');
	measure({ Retries: 1 });
	expect(written).toEqual([]);
});
