import { type AccessUnitReader, accessUnitReader } from '../../bitstream/access-units.ts';
import { findPackets, type PacketLayout, payloadStart, readPesHeader } from '../../bitstream/transport-packets.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { NeedsDecoding } from '../needs-decoding.ts';
import type { VideoIndex } from '../video-index.ts';
import { type Checkpoint, type PassState, pausePass, resumedList } from './pass-state.ts';
import { findVideo, type VideoStream, videoSchema } from './program-tables.ts';
import { emptyList, indexOfSamples, type SampleList } from './sample-list.ts';

/** Approximate bytes per read. */
const blockBytes = 8 * 1024 * 1024;

/** Bytes searched for the first packets. */
const searchedBytes = 64 * 1024;

/** FourCC of a codec for a demuxer of MP4. */
const letters: Record<string, string> = { h264: 'H264', hevc: 'hev1', mpeg2video: 'MPG2', mpeg1video: 'MPG1' };

/** The picture being assembled. */
type Open = { offset: number; end: number; pts: number; dts: number; pieces: Buffer[] };

/**
 * Indexes an MPEG transport stream by a pass over its packets (ISO/IEC 13818-1, 2.4.3): each packetized picture with its
 * times, which are ticks of 90 kHz, and the bytes from its first packet to its last. Nothing is decoded.
 * @throws NeedsDecoding for a stream that lost packets, or with anything unusual; DeferredError when time is up, to continue
 * later
 */
export async function indexTransportStream(source: ByteSource, checkpoint?: Checkpoint): Promise<VideoIndex> {
	const layout = findPackets(await source.read(0, Math.min(searchedBytes, source.size)));
	if (!layout) throw new NeedsDecoding('corrupt', 'The file has no packets of a transport stream');
	const state = await checkpoint?.load();
	const pass = new Pass(state);
	const perBlock = Math.floor(blockBytes / layout.distance) * layout.distance;
	for (let at = state?.at ?? layout.first; at + 188 <= source.size; at += perBlock) {
		const block = await source.read(at, Math.min(perBlock, source.size - at));
		for (let from = 0; from + 188 <= block.length; from += layout.distance) pass.take(block, from, at + from);
		if (checkpoint?.isDue()) await pass.pause(checkpoint);
	}
	return pass.finish(source, layout);
}

class Pass {
	readonly #list: SampleList;
	readonly #find = findVideo();
	#video: VideoStream | undefined;
	#read: AccessUnitReader | undefined;
	#open: Open | undefined;
	#counter = -1;

	constructor(state: PassState | undefined) {
		this.#list = state ? resumedList(state) : emptyList(true);
		if (!state) return;
		this.#watch(videoSchema.parse(state.reader));
		// Passes the parameter sets to the new reader.
		this.#read?.(this.#list.first);
	}

	pause(checkpoint: Checkpoint): Promise<void> {
		return pausePass(checkpoint, this.#list, picture => this.#list.offset[picture] as number, { ...this.#video });
	}

	/** One packet, which begins at `from` of a block and at `offset` of the file. */
	take(block: Buffer, from: number, offset: number): void {
		if (block[from] !== 0x47) throw new NeedsDecoding('corrupt', `No packet begins at byte ${offset}`);
		const high = block[from + 1] as number;
		if (high & 0x80) throw new NeedsDecoding('corrupt', `The packet at byte ${offset} is marked as damaged`);
		const pid = ((high & 0x1f) << 8) | (block[from + 2] as number);
		if (pid !== this.#video?.pid) {
			if (pid < 0x1fff && this.#find.isTable(pid)) this.#takeTable(block, from, pid);
			return;
		}
		const control = block[from + 3] as number;
		if (control & 0xc0) throw new NeedsDecoding('unsupported', 'The video is scrambled');
		const start = payloadStart(block, from);
		if (start === undefined) return;
		if (this.#counter >= 0 && (control & 15) !== ((this.#counter + 1) & 15))
			throw new NeedsDecoding('corrupt', `Packets are missing before byte ${offset}`);
		this.#counter = control & 15;
		if (high & 0x40) {
			this.#close();
			this.#begin(block, from, start, offset);
		} else if (this.#open) {
			this.#open.end = offset + 188;
			this.#open.pieces.push(block.subarray(start, from + 188));
		}
	}

	finish(source: ByteSource, { first, distance }: PacketLayout): VideoIndex {
		this.#close();
		const video = this.#video;
		if (!video) throw new NeedsDecoding('unsupported', 'The file has no table with one video stream');
		const rest = (source.size - first) % distance;
		return indexOfSamples(this.#list, {
			...{ demuxer: 'mpegts', stream: `i:${video.pid}`, width: 0, height: 0 },
			...{ timeBase: { num: 1, den: 90_000 }, bitstream: { codec: video.codec, lengthBytes: 0 } },
			...{ fourCc: letters[video.codec] ?? video.codec, configuration: Buffer.alloc(0) },
			packets: { distance, pid: video.pid },
			damage: rest !== 0 && rest < 188 ? 'The file is cut off in the middle of a packet' : undefined,
			notes: first > 0 && distance !== 192 ? [`The first ${first} bytes of the file are not packets`] : [],
		});
	}

	#takeTable(block: Buffer, from: number, pid: number): void {
		const start = payloadStart(block, from);
		if (start === undefined || !((block[from + 1] as number) & 0x40)) return;
		const video = this.#find.takeTable(pid, block.subarray(start, from + 188));
		if (!video) return;
		if (this.#video && (video.pid !== this.#video.pid || video.codec !== this.#video.codec))
			throw new NeedsDecoding('unsupported', 'The stream changes to another video');
		if (!this.#video) this.#watch(video);
	}

	#watch(video: VideoStream): void {
		this.#read = accessUnitReader({ codec: video.codec, lengthBytes: 0 });
		if (!this.#read || !letters[video.codec])
			throw new NeedsDecoding('unsupported', `Streams of ${video.codec} are not indexed`);
		this.#video = video;
	}

	#begin(block: Buffer, from: number, start: number, offset: number): void {
		const header = readPesHeader(block, start, from + 188);
		if (!header) throw new NeedsDecoding('unsupported', 'A picture has no time');
		const piece = block.subarray(header.payload, from + 188);
		this.#open = { offset, end: offset + 188, pts: header.pts, dts: header.dts, pieces: [piece] };
	}

	#close(): void {
		if (!this.#open) return;
		const { offset, end, pts, dts, pieces } = this.#open;
		this.#open = undefined;
		const bytes = Buffer.concat(pieces);
		const unit = this.#read?.(bytes);
		if (!unit) throw new NeedsDecoding('unsupported', `The packets at byte ${offset} are not exactly one picture`);
		if (this.#list.units.length === 0) this.#list.first = Buffer.from(bytes);
		this.#list.offset.push(offset);
		this.#list.size.push(end - offset);
		this.#list.units.push(unit);
		this.#list.times?.pts.push(pts);
		this.#list.times?.dts.push(dts);
	}
}
