import type { ByteSource } from '#shared/video/source/byte-source.ts';

/** The phases of a chunk's work. */
export const phases = ['fetch', 'decode', 'encode', 'upload', 'annotate'] as const;
export type Phase = (typeof phases)[number];

/** Counts what the work on a chunk takes. */
export type ChunkWork = ReturnType<typeof makeChunkWork>;

/**
 * Counts the bytes of a chunk and the time of its phases. Phases overlap, and so do several pictures or uploads of one
 * phase, so times are sums: each of them, and their total, may be longer than the chunk took. `decode` is the time
 * spent waiting for the next frame, so it includes the fetching that decoding waited for.
 */
export function makeChunkWork() {
	const ms: Record<Phase, number> = { fetch: 0, decode: 0, encode: 0, upload: 0, annotate: 0 };
	const bytes = { read: 0, uploaded: 0 };
	const startedAt = performance.now();
	return {
		bytes,
		/** Adds the time of some work to a phase. */
		during: async <Result>(phase: Phase, work: () => Promise<Result>): Promise<Result> => {
			const from = performance.now();
			try {
				return await work();
			} finally {
				ms[phase] += performance.now() - from;
			}
		},
		/** The time of each phase, in whole milliseconds. */
		ms: () => Object.fromEntries(phases.map(phase => [phase, Math.round(ms[phase])])) as Record<Phase, number>,
		/** The time since the beginning. */
		totalMs: () => Math.round(performance.now() - startedAt),
	};
}

/** A source whose bytes are counted, and whose reading time is added to the phase `fetch`. */
export function countedSource(source: ByteSource, { bytes, during }: ChunkWork): ByteSource {
	return {
		size: source.size,
		read: async (offset, length) => {
			const read = await during('fetch', () => source.read(offset, length));
			bytes.read += read.length;
			return read;
		},
		stream: async function* (offset, length, signal) {
			const pieces = source.stream(offset, length, signal)[Symbol.asyncIterator]();
			try {
				for (;;) {
					const { value, done } = await during('fetch', () => pieces.next());
					if (done) return;
					bytes.read += value.length;
					yield value;
				}
			} finally {
				await pieces.return?.();
			}
		},
	};
}
