import type { z } from 'zod';
import { readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { readSummaries } from '#shared/sampling/marker.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { type Report, type ReportPiece, reportPartSchema, type reportSchema } from '#shared/sampling/report.ts';
import type { Fault } from '#shared/sampling/summary.ts';
import type { StateStore } from '#shared/state-store.ts';

export function reportPartKey(at: Attempt, node: string, faulty: boolean) {
	return faulty ? keys.faultyReportPart(at, node) : keys.reportPart(at.sampling, node);
}

/**
 * Writes the report of a completed sampling from its parts, as a stream: only one part and a few markers are in memory,
 * however many faults there are.
 * @param faulty whether the parts have faults
 * @param faults faults that are in no part
 */
export async function writeReport(
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
