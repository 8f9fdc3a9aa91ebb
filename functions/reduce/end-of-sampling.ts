import type * as z from 'zod';
import { leasePatienceMs, underLease } from '#shared/aws/lease.ts';
import { FramefanError, PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import {
	currentAttempt,
	endSampling,
	hasEnded,
	readDocument,
	readOutcome,
	readRecord,
} from '#shared/sampling/documents.ts';
import { type Attempt, keys, usedCopyOf } from '#shared/sampling/keys.ts';
import { readSummaries } from '#shared/sampling/marker.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { destinationSchema, type Outcome, type Progress, progressSchema } from '#shared/sampling/outcome.ts';
import {
	type Report,
	type ReportPiece,
	reportPartKey,
	reportPartSchema,
	type reportSchema,
} from '#shared/sampling/report.ts';
import type { SamplingRecord, SamplingRequest } from '#shared/sampling/request.ts';
import { addSummaries, emptySummary, type Fault, type Summary } from '#shared/sampling/summary.ts';
import type { StateStore } from '#shared/state-store.ts';
import { isPermanent } from '#shared/transient.ts';
import type { ReducePorts } from './ports.ts';
import { maxCounts, summarizeOpen } from './summarize-open.ts';
import { mostInManifest, writeManifest } from './write-manifest.ts';

// How a sampling ends. An attempt has ended once its outcome exists, which is created once: `completeSampling` creates it
// when all work is done; a cancel and a failure create it first, and `recordEnd` does what is left to do. Both write the
// end into the custom data of the destination project, and then remove the attempt from the open ones.

/** Maximum number of faults, of notes and of each kind of ids that go into the custom data of the destination. */
const named = 20;

/**
 * Records the completion in the destination project's custom data, writes the report, and ends the sampling. In this
 * order, so that after a crash the next recount does the same again.
 */
export async function completeSampling(ports: ReducePorts, at: Attempt, summary: Summary): Promise<void> {
	const { store, leaseMs } = ports;
	const destination = await readDocument(store, keys.destination(at.sampling), destinationSchema);
	if (!destination) throw new FramefanError(`Sampling ${at.sampling} is complete but has no destination`);
	const record = await readRecord(store, at.sampling);
	const lease = { ms: leaseMs, patienceMs: leasePatienceMs };
	const isOurs = await underLease(store, keys.projectLease(destination.id), lease, async () => {
		// Two recounts may find the same completion; one of them records it.
		if (await hasEnded(store, at)) return false;
		const finishedAt = new Date().toISOString();
		const stateOf = ({ faultCount }: Summary) => (faultCount > 0 ? 'completed_with_faults' : 'completed');
		const recorded = { state: stateOf(summary), reason: null, finishedAt } as const;
		const refusal = await writeDestinationData(ports, destination.id, destinationData(at, record, recorded, summary));
		// Without it, the destination would say "running" forever. It becomes a fault, so that a retry writes it again.
		const faults: Fault[] = refusal === undefined ? [] : [{ reason: 'refused', message: refusal }];
		const whole = addSummaries([summary, { ...emptySummary, faultCount: faults.length, faults }]);
		const state = stateOf(whole);
		const images = whole.framesUploaded + whole.framesAlreadyThere;
		if (ports.files && images <= mostInManifest) await writeManifest({ store, files: ports.files }, at);
		await writeReport(store, at, { state, finishedAt, faulty: summary.faultCount > 0, faults });
		return endSampling(store, at, { state, reason: null, summary: whole });
	});
	// If another end came first, such as a cancel, that one still has to be recorded.
	if (!isOurs) return;
	await removeCopies(ports, at);
	await store.remove(keys.open(at));
}

/**
 * Records in the destination that an attempt was cancelled or failed as a whole. The attempt stays open until then.
 * Running chunks still finish, so each later recount updates the record.
 */
export async function recordEnd(ports: ReducePorts, at: Attempt): Promise<void> {
	const { store, leaseMs } = ports;
	const outcome = (await readOutcome(store, at)) as Outcome;
	const isCompletion = outcome.state === 'completed' || outcome.state === 'completed_with_faults';
	const destination = await readDocument(store, keys.destination(at.sampling), destinationSchema);
	if (destination && !isCompletion) {
		const record = await readRecord(store, at.sampling);
		const last = await readDocument(store, keys.progress(at), progressSchema);
		const summary = maxCounts(await summarizeOpen(store, at), last?.summary);
		await store.write(keys.progress(at), { schema: 1, at: new Date().toISOString(), summary } satisfies Progress);
		const data = destinationData(at, record, outcome, summary);
		const lease = { ms: leaseMs, patienceMs: leasePatienceMs };
		await underLease(store, keys.projectLease(destination.id), lease, async () => {
			// The next attempt may have begun in the meantime: its record counts.
			const current = await currentAttempt(store, at.sampling);
			if (current.attempt === at.attempt) await writeDestinationData(ports, destination.id, data);
		});
	}
	await removeCopies(ports, at);
	await store.remove(keys.open(at));
}

/** Removes the copies of video files that an attempt has used, except those that another attempt still uses. */
const removeCopies = async ({ store, leaseMs }: ReducePorts, at: Attempt): Promise<void> => {
	for await (const key of store.list(keys.usedCopies(at))) {
		const { video, version } = usedCopyOf(key);
		const lease = { ms: leaseMs, patienceMs: leasePatienceMs };
		await underLease(store, keys.copyLease(video, version), lease, async () => {
			await store.remove(keys.copyUser(at, video, version));
			const { keys: users } = await store.page(keys.copyUsers(video, version), undefined, 1);
			if (users.length === 0) await store.remove(keys.videoCopy(video, version));
		});
		await store.remove(key);
	}
};

/** Data of a sampling in the custom data of its destination, under the key `framefan`. */
type DestinationData = Record<string, unknown>;

export function destinationData(
	{ sampling, attempt }: Attempt,
	{ createdAt, request }: SamplingRecord,
	{
		state,
		reason,
		finishedAt,
	}: Pick<Outcome, 'reason'> & { state: Outcome['state'] | 'running'; finishedAt: string | null },
	{ faults, notes, ...counts }: Summary,
): DestinationData {
	return {
		...{ sampling, attempt, state, reason, createdAt, finishedAt },
		...{ source: bounded(request.source), settings: request.settings },
		...counts,
		faults: faults.slice(0, named),
		notes: notes.slice(0, named),
	};
}

/** Cuts long lists of ids; the full ones are in the request. */
const bounded = ({ datasetIds, videoIds, ...source }: SamplingRequest['source']) => ({
	...source,
	...(datasetIds ? { datasetIds: datasetIds.slice(0, named) } : {}),
	...(videoIds ? { videoIds: videoIds.slice(0, named) } : {}),
});

/**
 * Writes the data of a sampling into the custom data of its destination; other keys are kept. Call it under the
 * project's lease, since the server has no conditional writes.
 * @returns why the server refuses it permanently; undefined when it is written
 */
export async function writeDestinationData(
	{ supervisely }: Pick<ReducePorts, 'supervisely'>,
	project: number,
	framefan: DestinationData,
): Promise<string | undefined> {
	try {
		const found = await supervisely.project(project);
		if (!found) throw new PermanentError('not-found', `The destination project ${project} no longer exists`);
		await supervisely.setProjectData(project, { ...found.customData, framefan });
		return undefined;
	} catch (error) {
		if (!isPermanent(error)) throw error;
		log.error('Custom data of the destination project could not be written', { project, error });
		return `Custom data of the destination project could not be written: ${error.message}`;
	}
}

/**
 * Writes the report of a completed sampling from its parts, as a stream: only one part and a few markers are in memory,
 * however many faults there are.
 * @param faulty whether the parts have faults
 * @param faults faults that are in no part
 */
async function writeReport(
	store: StateStore,
	at: Attempt,
	{ state, finishedAt, faulty, faults }: Pick<Report, 'state' | 'finishedAt' | 'faults'> & { faulty: boolean },
): Promise<void> {
	const head = { schema: 1, ...at, state, finishedAt } satisfies Omit<
		z.input<typeof reportSchema>,
		'videos' | 'faults'
	>;
	const pieces = piecesBelow(store, reportPartKey(at, nodeIds.project, faulty));
	await store.writeText(keys.report(at.sampling), reportText(store, head, { pieces, faults }));
}

const piecesBelow = async function* (
	store: StateStore,
	key: string,
): AsyncGenerator<Exclude<ReportPiece, { part: string }>> {
	const part = await readDocument(store, key, reportPartSchema);
	for (const piece of part?.pieces ?? []) {
		if ('part' in piece) yield* piecesBelow(store, piece.part);
		else yield piece;
	}
};

const reportText = async function* (
	store: StateStore,
	head: object,
	{ pieces, faults }: { pieces: ReturnType<typeof piecesBelow>; faults: Fault[] },
): AsyncGenerator<string> {
	// Faults of datasets and pages that could not be listed: few compared to the videos.
	const others = [...faults];
	yield `${openEnded(head)},"videos":[`;
	let separator = '\n';
	for await (const piece of pieces) {
		if ('faults' in piece) {
			others.push(...piece.faults);
			continue;
		}
		yield separator;
		yield* videoText(store, piece);
		separator = ',\n';
	}
	yield `\n],"faults":${JSON.stringify(others)}}\n`;
};

/** The row of a video; linked faults and notes are read from their markers. */
const videoText = async function* (
	store: StateStore,
	{ video, markers }: Extract<ReportPiece, { markers: string[] }>,
): AsyncGenerator<string> {
	const { faults, notes, ...counts } = video;
	yield openEnded(counts);
	for (const [name, own] of Object.entries({ faults, notes })) {
		yield `,"${name}":[${own.map(each => JSON.stringify(each)).join(',')}`;
		let isFirst = own.length === 0;
		const rest = markers.map(key => ({ key }));
		for await (const summary of readSummaries(store, rest)) {
			const texts = summary[name as 'faults' | 'notes'].map(each => JSON.stringify(each));
			if (texts.length === 0) continue;
			yield `${isFirst ? '' : ','}${texts.join(',')}`;
			isFirst = false;
		}
		yield ']';
	}
	yield '}';
};

/** JSON of an object without the closing brace. */
const openEnded = (value: object): string => JSON.stringify(value).slice(0, -1);
