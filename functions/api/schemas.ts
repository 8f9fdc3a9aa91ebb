import { z } from 'zod';
import { states } from '#shared/sampling/outcome.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import { summarySchema } from '#shared/sampling/summary.ts';
import { chromas, imageFormats } from '#shared/video/picture/image-format.ts';

const count = z.int().min(0);
const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

/** Answer of those calls that start something. */
export const startedSchema = z.strictObject({ id, attempt: z.int().min(1) });
export type Started = z.output<typeof startedSchema>;

const destination = z.strictObject({ id: z.int(), name: z.string() }).nullable();

/** How far a sampling is, or how it ended. Its faults are the first of them; `report` is where all are. */
export const statusSchema = z.strictObject({
	id,
	attempt: z.int().min(1),
	state: z.enum(states),
	reason: z.string().nullable(),
	createdAt: z.iso.datetime(),
	finishedAt: z.iso.datetime().nullable(),
	request: requestSchema,
	destination,
	...summarySchema.shape,
	report: z.string().nullable(),
});
export type SamplingStatus = z.output<typeof statusSchema>;

/** A sampling in the list of all. */
export const listedSchema = statusSchema
	.pick({
		...{ id: true, attempt: true, state: true, reason: true, createdAt: true, finishedAt: true, destination: true },
		...{ videos: true, framesPlanned: true, framesUploaded: true, framesAlreadyThere: true, faultCount: true },
	})
	.extend({ sourceProjectId: z.int() });
export type ListedSampling = z.output<typeof listedSchema>;

export const listSchema = z.strictObject({ samplings: z.array(listedSchema), next: z.string().nullable() });
export type SamplingList = z.output<typeof listSchema>;

const amount = z.number().min(0);

/** US dollars. */
const cost = z.strictObject({
	lambda: amount,
	requests: amount,
	dataOut: amount,
	total: amount,
	currency: z.literal('USD'),
});

/** What a sampling would take with images of one format; `quality` and `chroma` are null where it has none. */
const formatEstimateSchema = z.strictObject({
	format: z.enum(imageFormats),
	quality: z.int().min(1).max(100).nullable(),
	chroma: z.literal(chromas).nullable(),
	bytesToWrite: count,
	lambdaSeconds: amount,
	cost,
});
export type FormatEstimate = z.output<typeof formatEstimateSchema>;

/**
 * What a sampling would take, by rules of thumb, in the format of its settings, and in each format. The size of images
 * is as it was when it was measured on some clips.
 */
export const estimateSchema = z.strictObject({
	videos: count,
	frames: count,
	chunks: count,
	bytesToRead: count,
	bytesToWrite: count,
	lambdaSeconds: amount,
	cost,
	formats: z.array(formatEstimateSchema),
	imageSizes: z.strictObject({ measured: z.iso.date(), clips: count }),
	prices: z.strictObject({ asOf: z.iso.date(), region: z.string() }),
	/** Whether all videos were looked at in the time there is; else everything is a lower bound. */
	complete: z.boolean(),
	notes: z.array(z.string()),
});
export type Estimate = z.output<typeof estimateSchema>;

/** Any answer with a status from 400 on; `path` names the field that is wrong. */
export const errorSchema = z.strictObject({ error: z.string(), path: z.string().optional() });
