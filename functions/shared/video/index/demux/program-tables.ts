import * as z from 'zod';
import { storedObject } from '../../../stored-object.ts';
import { NeedsDecoding } from '../needs-decoding.ts';

export const videoSchema = storedObject({ pid: z.number().int(), codec: z.string() });
export type VideoStream = z.output<typeof videoSchema>;

/** Codecs by stream type (ISO/IEC 13818-1, table 2-34). */
const videoTypes: Record<number, string> = {
	...{ 1: 'mpeg1video', 2: 'mpeg2video', 16: 'mpeg4', 27: 'h264', 36: 'hevc', 51: 'vvc', 234: 'vc1', 209: 'dirac' },
};

/** Reads program tables until they name one video stream. */
export function findVideo() {
	const maps = new Set<number>();
	return {
		isTable: (pid: number): boolean => pid === 0 || maps.has(pid),
		/**
		 * @param payload of a packet in which a table begins
		 * @returns the video stream, when the table names it
		 * @throws NeedsDecoding if it names several, or the table is longer than a packet
		 */
		takeTable(pid: number, payload: Buffer): VideoStream | undefined {
			const section = payload.subarray(1 + (payload[0] ?? 0));
			const length = section.length < 3 ? 0 : section.readUInt16BE(1) & 0xfff;
			if (pid === 0 && section[0] !== 0) return undefined;
			if (pid !== 0 && section[0] !== 2) return undefined;
			if (3 + length > section.length)
				throw new NeedsDecoding('unsupported', 'A program table is longer than a packet');
			const end = 3 + length - 4;
			if (pid === 0) {
				for (let at = 8; at + 4 <= end; at += 4)
					if (section.readUInt16BE(at) !== 0) maps.add(section.readUInt16BE(at + 2) & 0x1fff);
				if (maps.size > 1) throw new NeedsDecoding('unsupported', 'The stream has several programs');
				return undefined;
			}
			const videos: VideoStream[] = [];
			const descriptors = section.readUInt16BE(10) & 0xfff;
			for (let at = 12 + descriptors; at + 5 <= end; at += 5 + (section.readUInt16BE(at + 3) & 0xfff)) {
				const codec = videoTypes[section[at] as number];
				if (codec) videos.push({ pid: section.readUInt16BE(at + 1) & 0x1fff, codec });
			}
			if (videos.length > 1) throw new NeedsDecoding('unsupported', 'The program has several video streams');
			return videos[0];
		},
	};
}
