import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { DeferredError } from '../../../errors.ts';
import { storedObject } from '../../../stored-object.ts';
import type { SampleList } from './sample-list.ts';

const count = z.number().int().min(0);

/** Stored state of a pass over a file: the pictures before a key, and the offset of that key. */
export const passStateSchema = storedObject({
	schema: z.literal(1),
	/** Offset in the file where the pass resumes. */
	at: count,
	/** Columns of the pictures found, deflated JSON in base64. */
	columns: z.base64(),
	/** The first picture's bytes. */
	first: z.base64(),
	/** State of the reader of the format. */
	reader: z.record(z.string(), z.unknown()),
});
export type PassState = z.output<typeof passStateSchema>;

/** Lets a long pass be interrupted and resumed. */
export type Checkpoint = {
	/** Whether time is up. */
	isDue(): boolean;
	load(): Promise<PassState | undefined>;
	save(state: PassState): Promise<void>;
};

const columnsSchema = storedObject({
	offset: z.array(count),
	size: z.array(count),
	isKey: z.array(z.union([z.literal(0), z.literal(1)])),
	order: z.array(z.number()),
	turns: z.array(count).nullable(),
	times: storedObject({ pts: z.array(count), dts: z.array(count) }).nullable(),
});

/**
 * Stores a pass up to the last picture where it can resume, and interrupts it.
 * @param at offset of each picture in the file, including its container headers
 * @throws DeferredError whenever there is such a picture after the known ones, so that the message is sent again
 */
export async function pausePass(
	checkpoint: Checkpoint,
	list: SampleList,
	at: (picture: number) => number,
	reader: Record<string, unknown>,
): Promise<void> {
	const last = list.units.findLastIndex(unit => unit.isRestart);
	if (last <= list.known) return;
	const orders = list.units.slice(0, last).map(({ order }) => order);
	const highest = orders.reduce((most, order) => (Number.isFinite(order) ? Math.max(most, order) : most), 0);
	const columns = {
		offset: list.offset.slice(0, last),
		size: list.size.slice(0, last),
		isKey: list.units.slice(0, last).map(({ isKey }) => Number(isKey)),
		// The picture whose position is still undetermined is shown before the key.
		order: orders.map(order => (Number.isFinite(order) ? order : highest + 0.5)),
		turns: list.storedPositions ? list.storedPositions.slice(0, last) : null,
		times: list.times ? { pts: list.times.pts.slice(0, last), dts: list.times.dts.slice(0, last) } : null,
	};
	await checkpoint.save({
		schema: 1,
		at: at(last),
		columns: deflateRawSync(JSON.stringify(columns)).toString('base64'),
		first: list.first.toString('base64'),
		reader,
	});
	throw new DeferredError(`Indexing a long file continues at byte ${at(last)}`, 1);
}

/** The pictures of a stored pass. */
export function resumedList(state: PassState): SampleList {
	const text = inflateRawSync(Buffer.from(state.columns, 'base64')).toString('utf8');
	const { offset, size, isKey, order, turns, times } = columnsSchema.parse(JSON.parse(text));
	const units = order.map((place, n) => ({ isKey: isKey[n] === 1, isRestart: isKey[n] === 1, order: place }));
	const first = Buffer.from(state.first, 'base64');
	return {
		offset,
		size,
		units,
		first,
		known: units.length,
		...(turns ? { storedPositions: turns } : {}),
		...(times ? { times } : {}),
	};
}

/** The first display position after those of the pictures in a list. */
export function firstPositionAfter(list: SampleList): number {
	return Math.ceil(list.units.reduce((most, { order }) => Math.max(most, order), 0)) + 1;
}
