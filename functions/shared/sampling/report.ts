import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import { type Attempt, keys } from './keys.ts';
import { states } from './outcome.ts';
import { faultSchema, framesDone, type Summary, summarySchema } from './summary.ts';

/** Result of one video, with all faults. `framesFaulted`: frames that are not in the destination. */
export const videoReportSchema = summarySchema
	.omit({ videos: true, faultCount: true })
	.extend({ id: z.int(), name: z.string(), framesFaulted: z.int().min(0) });
export type VideoReport = z.output<typeof videoReportSchema>;

/**
 * A piece of a report:
 * - a video; further faults and notes, too many for one document, are in the markers
 * - faults that belong to no video
 * - all pieces of another part
 */
const pieceSchema = z.union([
	storedObject({ video: videoReportSchema, markers: z.array(z.string()) }),
	storedObject({ faults: z.array(faultSchema) }),
	storedObject({ part: z.string() }),
]);
export type ReportPiece = z.output<typeof pieceSchema>;

/** Part of the report below one node of the walk, stored until the report is written; bounded in size. */
export const reportPartSchema = storedObject({ schema: z.literal(1), pieces: z.array(pieceSchema) });

/** Key of the part below a node; one with faults holds for its attempt only. */
export function reportPartKey(at: Attempt, node: string, faulty: boolean) {
	return faulty ? keys.faultyReportPart(at, node) : keys.reportPart(at.sampling, node);
}

/** The report of a sampling. `faults`: those that belong to no video. */
export const reportSchema = storedObject({
	schema: z.literal(1),
	sampling: z.string(),
	attempt: z.int().min(1),
	state: z.enum(states),
	finishedAt: z.string(),
	videos: z.array(videoReportSchema),
	faults: z.array(faultSchema),
});
export type Report = z.output<typeof reportSchema>;

/** @param sum over all chunks of the video; carries a bounded number of faults and notes */
export function videoReport(video: { id: number; name: string }, sum: Summary): VideoReport {
	const { framesPlanned, framesUploaded, framesAlreadyThere, dropped, labels, faults, notes } = sum;
	return {
		...{ ...video, framesPlanned, framesUploaded, framesAlreadyThere, labels },
		...(dropped ? { dropped } : {}),
		framesFaulted: Math.max(0, framesPlanned - framesDone(sum)),
		...{ faults, notes },
	};
}
