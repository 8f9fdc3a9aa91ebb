import * as z from 'zod';
import type { ManifestRow } from '#shared/sampling/manifest.ts';
import { states } from '#shared/sampling/outcome.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import { accuracies, needs } from '#shared/sampling/select/expected-frames.ts';
import { ruleNames } from '#shared/sampling/select/rules.ts';
import { splitNames } from '#shared/sampling/split-settings.ts';
import { summarySchema } from '#shared/sampling/summary.ts';
import { chromas, imageFormats } from '#shared/video/picture/image-format.ts';

const count = z.int().min(0);
const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

/** Answer of calls that start an attempt. */
export const startedSchema = z.strictObject({ id, attempt: z.int().min(1) });
export type Started = z.output<typeof startedSchema>;

const destination = z.strictObject({ id: z.int(), name: z.string() }).nullable();

/** State, progress and result of a sampling. Has the first faults only; `report` is the address of all of them. */
export const statusSchema = z.strictObject({
	id,
	attempt: z.int().min(1),
	state: z.enum(states),
	reason: z.string().nullable(),
	createdAt: z.iso.datetime(),
	finishedAt: z.iso.datetime().nullable(),
	/** Who sent the request: an ARN, or else the id of a principal. Missing if it wasn't signed. */
	requestedBy: z.string().optional(),
	request: requestSchema,
	destination,
	/** While the sampling runs and the Supervisely server is considered away: since when, and why. */
	outage: z.strictObject({ since: z.iso.datetime(), reason: z.string() }).nullable(),
	...summarySchema.shape,
	report: z.string().nullable(),
});
export type SamplingStatus = z.output<typeof statusSchema>;

/** A row of the list of samplings. */
export const listedSchema = statusSchema
	.pick({
		...{ id: true, attempt: true, state: true, reason: true, createdAt: true, finishedAt: true, destination: true },
		...{ videos: true, framesPlanned: true, framesUploaded: true, framesAlreadyThere: true, dropped: true },
		...{ faultCount: true },
	})
	.extend({ sourceProjectId: z.int() });
export type ListedSampling = z.output<typeof listedSchema>;

/** The row of a sampling in the list. */
export function listedOf(status: SamplingStatus): ListedSampling {
	const { id, attempt, state, reason, createdAt, finishedAt, destination } = status;
	const { videos, framesPlanned, framesUploaded, framesAlreadyThere, dropped, faultCount } = status;
	return {
		...{ id, attempt, state, reason, createdAt, finishedAt },
		sourceProjectId: status.request.source.projectId,
		destination,
		...{ videos, framesPlanned, framesUploaded, framesAlreadyThere, faultCount },
		...(dropped ? { dropped } : {}),
	};
}

export const listSchema = z.strictObject({ samplings: z.array(listedSchema), next: z.string().nullable() });
export type SamplingList = z.output<typeof listSchema>;

const wholeOrNull = z.int().nullable();
const textOrNull = z.string().nullable();
const numberOrNull = z.number().nullable();

/** A row of the manifest (see `manifest.ts`). */
const imageSchema = z.strictObject({
	image_id: z.int(),
	image_name: z.string(),
	project_id: z.int(),
	dataset_id: z.int(),
	source_project_id: wholeOrNull,
	source_dataset_id: wholeOrNull,
	video_id: z.int(),
	video_name: z.string(),
	object_ids: textOrNull,
	frame_index: z.int(),
	pts: z.number(),
	seconds: numberOrNull,
	width: wholeOrNull,
	height: wholeOrNull,
	sha256: textOrNull,
	format: z.enum(imageFormats),
	rule: textOrNull,
	split: z.enum(splitNames).nullable(),
	sharpness: numberOrNull,
	brightness: numberOrNull,
	hash: textOrNull,
	labels: textOrNull,
	note: textOrNull,
} satisfies Record<keyof ManifestRow, z.ZodType>);

export const imageListSchema = z.strictObject({ images: z.array(imageSchema), next: z.string().nullable() });
export type ImageList = z.output<typeof imageListSchema>;

const amount = z.number().min(0);

/** A number of frames, how it is known, and what would have to be read to know it exactly. */
const expectedFields = { frames: count, accuracy: z.enum(accuracies), needs: z.array(z.enum(needs)) };

const rulesSchema = z.array(z.strictObject({ rule: z.enum(ruleNames), text: z.string(), ...expectedFields }));

/** US dollars. */
const cost = z.strictObject({
	lambda: amount,
	requests: amount,
	dataOut: amount,
	total: amount,
	currency: z.literal('USD'),
});

/** Estimate for images of one format; `quality` and `chroma` are null where the format has none. */
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
 * Rough estimate of a sampling, in the format of its settings and in each format. Image sizes are those measured on
 * some clips.
 */
export const estimateSchema = z.strictObject({
	videos: count,
	/** The selected frames: the union of what rules take, after `step`, `minDistance` and `around`. */
	...expectedFields,
	/** The frames that each rule of `select` takes; a frame may be taken by several. */
	rules: rulesSchema,
	chunks: count,
	bytesToRead: count,
	bytesToWrite: count,
	lambdaSeconds: amount,
	cost,
	formats: z.array(formatEstimateSchema),
	imageSizes: z.strictObject({ measured: z.iso.date(), clips: count }),
	prices: z.strictObject({ asOf: z.iso.date(), region: z.string() }),
	/** Whether all videos were listed in time; otherwise all numbers are lower bounds. */
	complete: z.boolean(),
	notes: z.array(z.string()),
});
export type Estimate = z.output<typeof estimateSchema>;

/** Maximum number of videos in a preview, and of chosen frames listed for each. */
export const mostPreviewed = { videos: 20, frames: 1000 };

const videosLimit = {
	error: ({ input }: { input?: unknown }) =>
		`videos is ${JSON.stringify(input)}: it must be a whole number from 1 to ${mostPreviewed.videos}; framefan preview shows more`,
};

/** Body of `POST /samplings/preview`. `videos`: how many are looked at, at most. */
export const previewRequestSchema = requestSchema.extend({
	videos: z.int(videosLimit).min(1, videosLimit).max(mostPreviewed.videos, videosLimit).default(3),
});

/** What a sampling would take of a video. */
const previewedSchema = z.strictObject({
	id: z.int(),
	name: z.string(),
	datasetId: z.int(),
	/** Null if unknown to both the index and the server. */
	frameCount: count.nullable(),
	/** The time of the last frame; null where it isn't known. */
	seconds: amount.nullable(),
	selected: z.strictObject(expectedFields),
	rules: rulesSchema,
	/** The first of the chosen frames, of the rules that could be applied, and how many more there are. */
	chosen: z.array(z.strictObject({ frame: count, seconds: amount.nullable(), rule: z.string() })),
	more: count,
	/** SVG; null where times aren't known. */
	timeline: z.string().nullable(),
	notes: z.array(z.string()),
});
export type Previewed = z.output<typeof previewedSchema>;

export const previewSchema = z.strictObject({
	videos: z.array(previewedSchema),
	/** Whether these are all selected videos. */
	complete: z.boolean(),
	notes: z.array(z.string()),
});
export type Preview = z.output<typeof previewSchema>;

/** Which release of Framefan is deployed. */
export const versionSchema = z.strictObject({ version: z.string() });

/** Any answer with a status of 400 or more; `path` names the wrong field. */
export const errorSchema = z.strictObject({ error: z.string(), path: z.string().optional() });

/** Bodies of requests and answers, by their name in the description of the API. */
export const bodies = {
	SamplingRequest: requestSchema,
	Started: startedSchema,
	SamplingStatus: statusSchema,
	SamplingList: listSchema,
	ImageList: imageListSchema,
	Estimate: estimateSchema,
	PreviewRequest: previewRequestSchema,
	Preview: previewSchema,
	Version: versionSchema,
	Error: errorSchema,
} as const;
