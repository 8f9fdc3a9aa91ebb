import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { makeMemoryStore } from '#library/memory-store.ts';
import { leaseSchema } from '#shared/aws/lease.ts';
import { chunkSchema } from '#shared/sampling/chunk.ts';
import { failureSchema } from '#shared/sampling/failure.ts';
import { keys } from '#shared/sampling/keys.ts';
import { fingerprintSchema } from '#shared/sampling/label-fingerprint.ts';
import {
	childMessagesSchema,
	decodeMessageSchema,
	planMessageSchema,
	recountMessageSchema,
} from '#shared/sampling/messages.ts';
import { nodeSchema } from '#shared/sampling/node.ts';
import { openSchema } from '#shared/sampling/open.ts';
import { destinationSchema, outcomeSchema, progressSchema } from '#shared/sampling/outcome.ts';
import { reportPartSchema, reportSchema } from '#shared/sampling/report.ts';
import { recordSchema, requestSchema } from '#shared/sampling/request.ts';
import { scopeSchema } from '#shared/sampling/scope.ts';
import { videoFileSchema } from '#shared/sampling/stored-index.ts';
import { emptySummary, summarySchema } from '#shared/sampling/summary.ts';
import { ofAnotherRelease, unknownField } from '#test/of-another-release.ts';
import { at, openSampling } from '#test/open-sampling.ts';
import { scheduledSchema, startScheduledSampling } from '../../../functions/api/scheduled-sampling.ts';
import { enqueueChildren } from '../../../functions/fan-out/enqueue-children.ts';
import { lockSchema } from '../../../functions/fan-out/lock-dataset.ts';
import { handleDeadLetter } from '../../../functions/reduce/handle-dead-letter.ts';
import { recordProgress } from '../../../functions/reduce/record-progress.ts';
import { sweep } from '../../../functions/reduce/sweep.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are looked at field by field
type Json = any;

const recorded = (name: string): Json =>
	JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'recorded', `${name}.json`), 'utf8'));
const now = recorded('0.1.0');
const documents = Object.entries<Json>(now.documents);

/** What reads each document, by its key. Entries of the list and marks of attempts are not read. */
const readers: [key: RegExp, schema: z.ZodType][] = [
	[/\/request\.json$/, recordSchema],
	[/\/destination\.json$/, destinationSchema],
	[/\/scope\.json$/, scopeSchema],
	[/\/nodes\//, nodeSchema],
	[/\/steps\//, childMessagesSchema],
	[/\/chunks\//, chunkSchema],
	[/\/done\//, summarySchema],
	[/\/report\//, reportPartSchema],
	[/\/report\.json$/, reportSchema],
	[/\/failures\//, failureSchema],
	[/\/progress\.json$/, progressSchema],
	[/\/outcome\.json$/, outcomeSchema],
	[/^open\//, openSchema],
	[/^standing\.json$/, scheduledSchema],
	[/^labels\//, fingerprintSchema],
	[/^videos\/.*\/index-2\.json$/, videoFileSchema],
	[/^claims\//, lockSchema],
];
const notRead = /^list\/|\/attempt-\d+\.json$/;
const readerOf = (key: string): z.ZodType | undefined => readers.find(([pattern]) => pattern.test(key))?.[1];
const leases = /^leases\//;
const others = documents.filter(([key]) => !notRead.test(key) && !leases.test(key));
const messageSchemas = { plan: planMessageSchema, decode: decodeMessageSchema, recount: recountMessageSchema };
const messages = Object.entries<Json[]>(now.messages).flatMap(([queue, all]) =>
	all.map(message => [message, messageSchemas[queue as keyof typeof messageSchemas]] as const),
);

test('the recorded run has every kind of document and message', () => {
	for (const [pattern] of readers)
		expect(
			documents.some(([key]) => pattern.test(key)),
			String(pattern),
		).toBe(true);
	expect(new Set(now.messages.plan.map(({ kind }: Json) => kind))).toEqual(new Set(['project', 'dataset', 'video']));
	expect(now.messages.decode.length * now.messages.recount.length).toBeGreaterThan(0);
});

describe('documents and messages', () => {
	test('of this release are read as they were written', () => {
		for (const [key, value] of others) expect(readerOf(key)?.parse(value), key).toEqual(value);
		for (const [message, schema] of messages) expect(schema.parse(message)).toEqual(message);
	});
	test('with fields of another release are read, and their fields kept', () => {
		for (const [key, value] of others.map(([key, value]) => [key, ofAnotherRelease(value)] as const))
			expect(readerOf(key)?.parse(value), key).toEqual(value);
		for (const [message, schema] of messages)
			expect(schema.parse(ofAnotherRelease(message))).toEqual(ofAnotherRelease(message));
	});
	test('of leases are read with fields of another release', () => {
		for (const [, value] of documents.filter(([key]) => leases.test(key)))
			expect(leaseSchema.parse(ofAnotherRelease(value))).toEqual(value);
	});
	test('of an earlier release, without the newest fields, are read with what these meant', () => {
		const before = Object.entries<Json>(recorded('before-0.1.0').documents);
		const read = (kind: RegExp): Json => {
			const [key, value] = before.find(([each]) => kind.test(each)) as [string, Json];
			return readerOf(key)?.parse(value);
		};
		const settings = { format: 'png', quality: null, chroma: null, optimiseCoding: false, annotatedByTags: false };
		expect(read(/request\.json$/)).toMatchObject({ standing: false, request: { settings } });
		expect(read(/request\.json$/)).not.toHaveProperty('requestedBy');
		const { annotatedByTags: _, ...ofImages } = settings;
		expect(read(/\/chunks\//)).toMatchObject({ settings: ofImages, decodePlan: { isPlanar: false } });
		expect(read(/index-2\.json$/)).toMatchObject({ index: { isPlanar: false } });
		expect(read(/^open\//)).toMatchObject({ resent: 0, inLineSince: null });
		expect(read(/progress\.json$/)).toMatchObject({ inDestination: 0 });
		expect(read(/\/nodes\/video/)).not.toHaveProperty('labels');
	});
	test('with a wrong value or without a needed field are refused', () => {
		for (const [key, value] of others) {
			const [field = ''] = Object.keys(value);
			expect(readerOf(key)?.safeParse({ ...value, [field]: {} }).success, key).toBe(false);
			expect(readerOf(key)?.safeParse({ ...value, [field]: undefined }).success, key).toBe(false);
		}
	});
});

test('a message of one queue is not taken for that of another', () => {
	for (const [message, schema] of messages)
		for (const other of Object.values(messageSchemas).filter(each => each !== schema))
			expect(other.safeParse(message).success).toBe(false);
});

test('a request from a user with a field that does not exist is refused', () => {
	const { request } = documents.find(([key]) => key.endsWith('request.json'))?.[1] ?? {};
	expect(requestSchema.safeParse(request).success).toBe(true);
	for (const wrong of [
		{ ...request, ...unknownField },
		{ ...request, source: { ...request.source, ...unknownField } },
		{ ...request, destination: unknownField },
		{ ...request, settings: { ...request.settings, ...unknownField } },
	])
		expect(requestSchema.safeParse(wrong).success).toBe(false);
});

describe('what another release has written is still there after a change of', () => {
	const minute = 60_000;

	test('an open attempt, when it waits in line and when its messages are sent again', async () => {
		const { ports, store, age } = await openSampling();
		await age(100);
		const { value } = (await store.read(keys.open(at))) ?? {};
		await store.write(keys.open(at), { ...(value as object), ...unknownField });
		await sweep(ports, 5 * minute);
		expect((await store.read(keys.open(at)))?.value).toMatchObject({ resent: 1, ...unknownField });
		const other = { sampling: 'other', attempt: 1 };
		await store.write(keys.open(at), { ...(value as object), ...unknownField });
		await store.write(keys.open(other), { schema: 1, at: new Date().toISOString(), resent: 0 });
		const progress = { schema: 1, at: new Date().toISOString(), summary: emptySummary };
		await store.write(keys.progress(other), progress);
		await sweep(ports, 5 * minute);
		expect((await store.read(keys.open(at)))?.value).toMatchObject({
			resent: 0,
			inLineSince: expect.stringMatching('T'),
			...unknownField,
		});
	});
	test('progress', async () => {
		const { ports, store, age } = await openSampling();
		await age(10);
		const { value } = (await store.read(keys.progress(at))) ?? {};
		await store.write(keys.progress(at), { ...(value as object), ...unknownField });
		await recordProgress(ports, at);
		expect((await store.read(keys.progress(at)))?.value).toMatchObject({ inDestination: 1, ...unknownField });
	});
	test('the last run of the scheduled sampling', async () => {
		const store = makeMemoryStore();
		await store.write(keys.scheduled, { schema: 1, id: 'last', wish: 'w', destination: null, ...unknownField });
		const ports = { store, sendPlan: async () => {} };
		await startScheduledSampling(ports, JSON.stringify({ source: { projectId: 5 } }), '2026-11-01T00:00:00Z');
		expect((await store.read(keys.scheduled))?.value).toMatchObject(unknownField);
		expect((await store.read(keys.scheduled))?.value).not.toMatchObject({ id: 'last' });
	});
	test('steps that are sent again', async () => {
		const { store } = await openSampling();
		const steps = now.documents[Object.keys(now.documents).find(key => key.endsWith('steps/project.json')) ?? ''];
		await store.write(keys.childMessages(at.sampling, 'project'), ofAnotherRelease(steps));
		const sent: unknown[] = [];
		const ports = { store, sendPlan: async (all: unknown[]) => void sent.push(...all), sendRecount: async () => {} };
		await enqueueChildren(ports, at, { id: 'project', parent: null }, []);
		expect(sent).toEqual([{ ...(ofAnotherRelease(steps.messages[0]) as object), attempt: 1 }]);
	});
	test('a dead step that is sent again', async () => {
		const { ports, sent } = await openSampling();
		const message = planMessageSchema.parse({ schema: 1, kind: 'project', ...at, ...unknownField });
		await handleDeadLetter(ports, message, { queue: 'arn', body: '{}' });
		expect(sent).toEqual([expect.objectContaining(unknownField)]);
	});
});
