import { type Mp4Box, tableBox, words, writeBoxes } from './mp4-boxes.ts';

/** A picture of an MP4, in decode order. Times are ticks; `description` is the number of its sample description. */
export type Sample = { data: Buffer; dts: number; pts: number; isKey: boolean; description: number };

/** The pictures of the first track. */
export function samplesOf(bytes: Buffer, boxes: Mp4Box[]): Sample[] {
	const table = (type: string) => tableBox(boxes, type).body;
	const optional = (type: string) => {
		try {
			return table(type);
		} catch {
			return undefined;
		}
	};
	const runs = (body: Buffer | undefined): number[] =>
		Array.from({ length: body?.readUInt32BE(4) ?? 0 }, (_, n) =>
			Array<number>(body?.readUInt32BE(8 + n * 8) as number).fill(body?.readInt32BE(12 + n * 8) as number),
		).flat();
	const sizes = table('stsz');
	const count = sizes.readUInt32BE(8);
	const sizeOf = (at: number) => sizes.readUInt32BE(4) || sizes.readUInt32BE(12 + at * 4);
	const durations = runs(table('stts'));
	const shifts = runs(optional('ctts'));
	const stss = optional('stss');
	const keys = stss && new Set(Array.from({ length: stss.readUInt32BE(4) }, (_, n) => stss.readUInt32BE(8 + n * 4)));
	const [stsc, stco] = [table('stsc'), table('stco')];
	const samples: Sample[] = [];
	let dts = 0;
	for (let chunk = 0, run = 0; samples.length < count; chunk++) {
		while (run + 1 < stsc.readUInt32BE(4) && stsc.readUInt32BE(8 + (run + 1) * 12) <= chunk + 1) run++;
		let offset = stco.readUInt32BE(8 + chunk * 4);
		for (let n = stsc.readUInt32BE(12 + run * 12); n > 0; n--) {
			const at = samples.length;
			const data = bytes.subarray(offset, offset + sizeOf(at));
			const isKey = keys?.has(at + 1) ?? true;
			samples.push({ data, dts, pts: dts + (shifts[at] ?? 0), isKey, description: 1 });
			offset += data.length;
			dts += durations[at] as number;
		}
	}
	return samples;
}

/** The sample entry of the first track, with its size and four letters. */
export function sampleEntry(boxes: Mp4Box[]): Buffer {
	return tableBox(boxes, 'stsd').body.subarray(8);
}

/** A box that a sample entry of a video holds, such as `avcC`, without its size and four letters. */
export function inSampleEntry(entry: Buffer, type: string): Buffer {
	const at = entry.indexOf(type, 86, 'latin1') - 4;
	return entry.subarray(at + 8, at + entry.readUInt32BE(at));
}

/**
 * Gives an MP4 of one track, in which the media data come before `moov`, other pictures: those of one sample description
 * after another, each in a chunk of its own.
 */
export function replaceSamples(boxes: Mp4Box[], samples: Sample[], entries = [sampleEntry(boxes)]): void {
	const mdat = boxes.find(({ type }) => type === 'mdat') as Mp4Box;
	let offset = writeBoxes(boxes.slice(0, boxes.indexOf(mdat))).length + 8;
	mdat.body = Buffer.concat(samples.map(({ data }) => data));
	const chunks: { first: number; count: number; description: number; offset: number }[] = [];
	for (const [at, { data, description }] of samples.entries()) {
		const last = chunks.at(-1);
		if (last?.description === description) last.count++;
		else chunks.push({ first: at, count: 1, description, offset });
		offset += data.length;
	}
	const durations = samples.map(({ dts }, at) => {
		const [next, before] = [samples[at + 1], samples[at - 1]];
		return next ? next.dts - dts : dts - (before?.dts ?? dts - 512);
	});
	const total = durations.reduce((sum, duration) => sum + duration, 0);
	const set = (type: string, ...values: number[]) => {
		const stbl = boxes.find(box => box.type === 'moov');
		const found = stbl && findTable(stbl, type);
		if (found) found.body = words(...values);
	};
	tableBox(boxes, 'stsd').body = Buffer.concat([words(0, entries.length), ...entries]);
	set('stsz', 0, 0, samples.length, ...samples.map(({ data }) => data.length));
	set('stts', 0, samples.length, ...durations.flatMap(duration => [1, duration]));
	set('ctts', 0, samples.length, ...samples.flatMap(({ pts, dts }) => [1, pts - dts]));
	const keys = samples.flatMap(({ isKey }, at) => (isKey ? [at + 1] : []));
	set('stss', 0, keys.length, ...keys);
	set('stsc', 0, chunks.length, ...chunks.flatMap(({ count, description }, n) => [n + 1, count, description]));
	set('stco', 0, chunks.length, ...chunks.map(chunk => chunk.offset));
	// Edit lists and durations are those of the pictures before.
	const moov = boxes.find(({ type }) => type === 'moov') as Mp4Box;
	const trak = moov.boxes?.find(({ type }) => type === 'trak') as Mp4Box;
	for (const box of trak.boxes ?? []) if (box.type === 'edts') box.type = 'free';
	const mdhd = trak.boxes?.find(({ type }) => type === 'mdia')?.boxes?.find(({ type }) => type === 'mdhd');
	mdhd?.body.writeUInt32BE(total, 16);
}

const findTable = (box: Mp4Box, type: string): Mp4Box | undefined => {
	for (const inner of box.boxes ?? []) {
		const found = inner.type === type ? inner : findTable(inner, type);
		if (found) return found;
	}
	return undefined;
};
