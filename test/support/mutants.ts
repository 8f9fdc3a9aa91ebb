import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type OpenVideo, openVideo } from './read-video.ts';
import { allBoxes, parseBoxes, writeBoxes } from './video-fixtures/mp4-boxes.ts';
import { fixturePath } from './video-fixtures.ts';
import { decodeFile, type WholeDecode } from './whole-decode.ts';

/** Whole numbers below a limit that are the same in every run. */
export type Random = (limit: number) => number;

export function seeded(text: string): Random {
	let state = createHash('sha256').update(text).digest().readUInt32BE(0);
	return limit => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * limit);
	};
}

/** Good videos that are changed, some of each container. */
export const bases = [
	...['b-pyramid.mp4', 'moov-first.mp4', 'frag-keyframe.mp4', 'frag-default-base.mp4', 'hevc.mp4', 'cut-h264.mp4'],
	...['open-gop-h264.mkv', 'small-clusters.mkv', 'vp9.webm', 'vp8.webm', 'mpeg4.mkv', 'mpeg4.mp4', 'vp9.mp4'],
	...['h264.ts', 'hevc.ts', 'mpeg2.ts', 'sound.ts', 'mpeg4.avi', 'h264.avi', 'mjpeg.avi', 'sound.avi', 'h263.3gp'],
	...['h264.flv', 'flv1.flv', 'mpeg2.mpg', 'h264-annexb.h264', 'hevc-annexb.hevc', 'animation.gif'],
];

/** The kinds of change; each is tried on every base. `other` is another base, of the same ending where there is one. */
export const changes: Record<string, (bytes: Buffer, random: Random, other: Buffer) => Buffer> = {
	'flips key flags': flipKeys,
	'reorders, doubles or drops headers': changeHeaders,
	'splices another file in': splice,
	'drops, doubles or inserts bytes': shift,
	'changes bytes of the headers': changeBytes,
};

/** A base after a change, by a number that decides everything. */
export async function makeMutant(seed: number): Promise<{ name: string; base: string; bytes: Buffer }> {
	const kinds = Object.keys(changes);
	const base = bases[seed % bases.length] as string;
	const kind = kinds[Math.floor(seed / bases.length) % kinds.length] as string;
	const random = seeded(`${base} ${kind} ${seed}`);
	const ending = base.slice(base.lastIndexOf('.'));
	const alike = bases.filter(name => name !== base && name.endsWith(ending));
	const others = alike.length > 0 ? alike : bases;
	const [bytes, other] = await Promise.all(
		[base, others[random(others.length)] as string].map(async name => readFileSync(await fixturePath(name))),
	);
	return {
		name: `${seed}: ${base}, ${kind}`,
		base,
		bytes: changes[kind]?.(Buffer.from(bytes as Buffer), random, other as Buffer) as Buffer,
	};
}

/** Sets and clears what a container says of which pictures are keys. */
function flipKeys(bytes: Buffer, random: Random): Buffer {
	const signature = bytes.toString('latin1', 4, 8);
	const flip = (at: number, mask: number) => {
		if (random(2) === 0) bytes[at] = (bytes[at] as number) ^ mask;
	};
	if (signature === 'ftyp') {
		const boxes = parseBoxes(bytes);
		for (const box of allBoxes(boxes)) {
			// Without its table, every picture is a key; other entries are other keys.
			if (box.type === 'stss' && random(2) === 0) box.type = 'free';
			else if (box.type === 'stss')
				for (let at = 8; at + 4 <= box.body.length; at += 4)
					box.body.writeUInt32BE(box.body.readUInt32BE(at) + random(5), at);
			if (box.type === 'trex') for (const at of [20, 21]) box.body[at] = random(2);
			if (box.type === 'tfhd' || box.type === 'trun')
				for (let at = 8; at + 4 <= box.body.length; at += 4)
					if ([0x1010000, 0x2000000].includes(box.body.readUInt32BE(at)) && random(2) === 0)
						box.body.writeUInt32BE(0x2000000, at);
		}
		return writeBoxes(boxes);
	}
	if (bytes.readUInt32BE(0) === 0x1a45dfa3) {
		// Simple blocks of the first track: their flags stand behind a time of two bytes.
		for (let at = bytes.indexOf('a3', 0, 'hex'); at >= 0; at = bytes.indexOf('a3', at + 1, 'hex')) {
			const length = Math.clz32(bytes[at + 1] ?? 0) - 23;
			const head = at + 1 + length;
			if (length <= 4 && bytes[head] === 0x81 && ((bytes[head + 3] ?? 1) & 0x7f) === 0) flip(head + 3, 0x80);
		}
		return bytes;
	}
	if (bytes[0] === 0x47)
		for (let at = 0; at + 188 <= bytes.length; at += 188)
			if (((bytes[at + 3] as number) & 0x20) !== 0 && (bytes[at + 4] as number) > 0) flip(at + 5, 0x40);
	if (bytes.toString('latin1', 0, 4) === 'RIFF')
		for (let at = bytes.lastIndexOf('idx1') + 12; at > 12 && at + 16 <= bytes.length; at += 16) flip(at, 0x10);
	if (bytes.toString('latin1', 0, 3) === 'FLV')
		for (let at = 13; at + 12 <= bytes.length; at += 15 + bytes.readUIntBE(at + 1, 3))
			if (bytes[at] === 9) flip(at + 11, 0x30);
	return bytes;
}

/** The parts at the top of a file, where it has such. */
function topParts(bytes: Buffer): Buffer[] {
	const cuts = [0];
	if (bytes.toString('latin1', 4, 8) === 'ftyp')
		for (let at = bytes.readUInt32BE(0); at + 8 <= bytes.length; at += Math.max(8, bytes.readUInt32BE(at)))
			cuts.push(at);
	else if (bytes[0] === 0x47) for (let at = 188; at < bytes.length; at += 188) cuts.push(at);
	else {
		const marks = [
			'LIST',
			'JUNK',
			'idx1',
			'00dc',
			'\x1f\x43\xb6\x75',
			'\x1c\x53\xbb\x6b',
			'\x12\x54\xc3\x67',
			'\0\0\x01',
		];
		for (const mark of marks)
			for (let at = bytes.indexOf(mark, 1, 'latin1'); at > 0; at = bytes.indexOf(mark, at + 1, 'latin1')) cuts.push(at);
	}
	const sorted = [...new Set(cuts)].sort((a, b) => a - b);
	return sorted.map((from, n) => bytes.subarray(from, sorted[n + 1] ?? bytes.length));
}

function changeHeaders(bytes: Buffer, random: Random): Buffer {
	const parts = topParts(bytes);
	// Mostly where headers are: at the beginning and the end.
	const place = () => (random(2) === 0 ? random(Math.min(12, parts.length)) : random(parts.length));
	for (let change = 0; change <= random(3); change++) {
		const [from, to] = [place(), place()];
		const what = random(3);
		if (what === 0) parts.splice(from, 1);
		else if (what === 1) parts.splice(to, 0, parts[from] ?? Buffer.alloc(0));
		else [parts[from], parts[to]] = [parts[to] ?? Buffer.alloc(0), parts[from] ?? Buffer.alloc(0)];
	}
	return Buffer.concat(parts);
}

function splice(bytes: Buffer, random: Random, other: Buffer): Buffer {
	const way = random(4);
	if (way === 0) return Buffer.concat([bytes, other]);
	if (way === 1) return Buffer.concat([other, bytes]);
	const at = (of: Buffer) => (random(2) === 0 ? random(of.length) : Math.floor(random(of.length) / 188) * 188);
	const cut = at(bytes);
	if (way === 2) return Buffer.concat([bytes.subarray(0, cut), other.subarray(at(other))]);
	const from = at(other);
	return Buffer.concat([bytes.subarray(0, cut), other.subarray(from, from + random(20_000)), bytes.subarray(cut)]);
}

function shift(bytes: Buffer, random: Random): Buffer {
	const at = random(bytes.length);
	const length = 1 + random(random(2) === 0 ? 16 : 20_000);
	const part = bytes.subarray(at, at + length);
	const what = random(3);
	if (what === 0) return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
	if (what === 1) return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
	return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length, random(256)), bytes.subarray(at)]);
}

function changeBytes(bytes: Buffer, random: Random): Buffer {
	const nasty = [0x00, 0xff, 0x7f, 0x80, 0x01];
	const movie = bytes.indexOf('moov', 0, 'latin1');
	const [start, end] = movie > 0 && random(2) === 0 ? [movie, bytes.length] : [0, Math.min(2500, bytes.length)];
	for (let change = 0; change <= random(4); change++) {
		const value = random(2) === 0 ? (nasty[random(nasty.length)] as number) : random(256);
		bytes[start + random(end - start)] = value;
	}
	return bytes;
}

/** What became of the frames of a mutant. `wrong` are frames with other pictures than a whole decode shows. */
export type Verdict = { frames: number; faults: number; wrong: string[] };

/**
 * Reads a mutant in a way that its number decides, and compares each frame with the picture that a decode of the whole
 * file shows at its number, or at its time: where pictures are damaged, a decoder may leave some out. The picture of the
 * base at the same number is right, too: a change of headers may keep a decoder from it.
 */
export async function judge(path: string, base: string, seed: number, signal: AbortSignal): Promise<Verdict> {
	const random = seeded(`judge ${seed}`);
	let video: OpenVideo;
	try {
		video = await openVideo(path, signal);
	} catch (error) {
		if ((error as Error).name === 'PermanentError') return { frames: 0, faults: 1, wrong: [] };
		throw error;
	}
	try {
		const { index } = video;
		const every = [1, 1, 7, 10][random(4)] as number;
		const selection = [...index.shown.keys()].filter(frame => frame % every === 0);
		const { frames, faults } = await video.read(selection, 1 + random(3));
		const stream = index.container.kind === 'matroska' ? 'V:0' : index.container.stream;
		const decode = (threads: string) =>
			decodeFile(path, { stream: `0:${stream}`, input: ['-threads', threads] }).catch((): WholeDecode => noPictures);
		const whole = await decode('1');
		// Where the decoder itself shows damaged pictures now like this, now like that, none of the file is the right one.
		const again = await decode('3');
		const isSteady = whole.pictures.every(({ sha256 }, frame) => again.pictures[frame]?.sha256 === sha256);
		const sound = await decodeFile(await fixturePath(base));
		const recordings = await decodeRecordings(path);
		const ratio = (index.timeBase.num * whole.timeBase.den) / (index.timeBase.den * whole.timeBase.num);
		const byTime = new Map(whole.pictures.map(picture => [picture.pts, picture]));
		const wrong = frames.filter(({ index: frame, pts, sha256 }) => {
			if (whole.pictures.length === 0 || whole.pictures[frame]?.sha256 === sha256 || !isSteady) return false;
			if (sound.pictures[frame]?.sha256 === sha256 || recordings[frame]?.sha256 === sha256) return false;
			// A frame that is a fault here may not be there at all for the decoder.
			const later = whole.pictures.findIndex(picture => picture.sha256 === sha256);
			if (faults.length > 0 && later >= 0 && later < frame) return false;
			const sameTime = byTime.get(Math.round(pts * ratio));
			return sameTime?.sha256 !== sha256;
		});
		const about = `${index.container.kind} ${index.notes.join(' ')}`;
		return {
			frames: frames.length,
			faults: faults.length + Number(index.damage !== undefined),
			wrong: wrong.map(({ index: frame, pts }) => `${frame} at ${pts} of ${whole.pictures.length}: ${about}`),
		};
	} finally {
		await video.close();
	}
}

/** The pictures of recordings in a Matroska file that follow one another: ffmpeg 4.1 ends with the first of them. */
async function decodeRecordings(path: string): Promise<WholeDecode['pictures']> {
	const bytes = readFileSync(path);
	const starts: number[] = [];
	for (let at = bytes.indexOf('1a45dfa3', 0, 'hex'); at >= 0; at = bytes.indexOf('1a45dfa3', at + 1, 'hex'))
		starts.push(at);
	if (starts[0] !== 0 || starts.length === 1) return [];
	const recordings = starts.map(async (from, n) => {
		const recording = `${path}-${n}`;
		writeFileSync(recording, bytes.subarray(from, starts[n + 1]));
		return (await decodeFile(recording).catch(() => noPictures)).pictures;
	});
	return (await Promise.all(recordings)).flat();
}

const noPictures: WholeDecode = { width: 0, height: 0, timeBase: { num: 1, den: 1 }, pictures: [] };
