import { createHash } from 'node:crypto';
import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import { mustBe } from './must-be.ts';
import { settingsSchema, storedSettingsSchema } from './settings.ts';

const id = z.int().min(1);
/** Most characters of the name of a project. */
const longestName = 200;
const name = mustBe('name', `a text of 1 to ${longestName} characters`);
const ids = z.array(id).min(1).max(10_000);

/**
 * Body of `POST /samplings`.
 * - `source`: a video project; optionally only some datasets (`includeNested`: with all below them) or only some videos
 * - `destination`: an existing images project, or the name of a new one; neither: `<source name>(images)`
 * - `maxFrames`, `maxDollars`: limits on the new images of the sampling, and on what they cost by the estimate's prices; a
 *   video beyond them becomes a fault
 * - `clientToken`: a repeated request with the same token and body starts no second sampling
 */
export const requestSchema = z.strictObject({
	source: z.strictObject({
		projectId: id,
		datasetIds: ids.optional(),
		includeNested: z.boolean().default(false),
		videoIds: ids.optional(),
	}),
	destination: z
		.strictObject({
			projectId: id.optional(),
			name: z.string(name).trim().min(1, name).max(longestName, name).optional(),
		})
		.refine(({ projectId, name }) => projectId === undefined || name === undefined, {
			message: 'destination has both projectId and name: give the id of an existing project or the name of a new one',
		})
		.default({}),
	settings: settingsSchema.prefault({}),
	maxFrames: z.int().min(1).optional(),
	maxDollars: z.number().positive().optional(),
	clientToken: z.string().min(1).max(128).optional(),
});

export type SamplingRequest = z.output<typeof requestSchema>;
export type SamplingRequestInput = z.input<typeof requestSchema>;

const { source, destination } = requestSchema.shape;

/** A request in a document: one of another release may have more fields. */
const storedRequestSchema = requestSchema
	.extend({
		source: source.loose(),
		destination: destination.unwrap().loose().default({}),
		settings: storedSettingsSchema.prefault({}),
	})
	.loose() as unknown as typeof requestSchema;

/** The stored request, with its id and time. */
export const recordSchema = storedObject({
	schema: z.literal(1),
	id: z.string(),
	createdAt: z.string(),
	/** Whether the schedule started it: labels are then skipped if their source has not changed. */
	standing: z.boolean().default(false),
	/** Who asked: the caller's ARN, or else the id of a principal. Missing for the schedule, and on the local stack. */
	requestedBy: z.string().optional(),
	request: storedRequestSchema,
});

export type SamplingRecord = z.output<typeof recordSchema>;

/** The id for a client token, so that a repeated request finds the first; random without a token. */
export function samplingId(clientToken: string | undefined): string {
	return clientToken === undefined
		? crypto.randomUUID().replaceAll('-', '').slice(0, 20)
		: createHash('sha256').update(clientToken).digest('hex').slice(0, 20);
}
