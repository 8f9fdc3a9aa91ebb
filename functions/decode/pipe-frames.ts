import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { targetSize } from '#shared/size.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { encodeImage, recycleImage } from '#shared/video/picture/encode.ts';
import { type ChunkWork, makeChunkWork } from './chunk-work.ts';
import type { EncodedFrame } from './upload-frames.ts';

/** Limits of one upload: images, and bytes. */
const framesPerUpload = 16;
const bytesPerUpload = 12 * 1024 * 1024;

/**
 * Limits of the uploads that run at the same time: their number, and bytes. Each is a sequence of requests, and with a
 * distant server most of its time is spent waiting.
 */
const uploadsAtOnce = 4;
const bytesAtOnce = 2.5 * bytesPerUpload;

/**
 * Pipes frames through resizing and encoding to the uploads. Stages run in parallel, each at most a few pictures
 * ahead of the next. On return or error the decoder has ended and no upload is running.
 * @param wanted the frames of the chunk to be uploaded
 * @param concurrency pictures being encoded at the same time
 * @param work records the times of decoding and encoding
 * @returns the faults of the extraction
 */
export async function pipeFrames<Lost>(
	frames: AsyncGenerator<Frame, Lost>,
	chunk: Chunk,
	wanted: ChunkFrame[],
	concurrency: number,
	upload: (frames: EncodedFrame[]) => Promise<void>,
	{ during }: Pick<ChunkWork, 'during'> = makeChunkWork(),
): Promise<Lost> {
	const byIndex = new Map(wanted.map(frame => [frame.index, frame]));
	const encoding: Promise<EncodedFrame>[] = [];
	const uploads = makeUploads(upload);
	let ready: EncodedFrame[] = [];
	const send = async () => {
		const batch = ready;
		ready = [];
		await uploads.start(batch);
	};
	const takeEncoded = async () => {
		ready.push(await (encoding.shift() as Promise<EncodedFrame>));
		if (ready.length >= framesPerUpload || bytesOf(ready) >= bytesPerUpload) await send();
	};
	try {
		for (;;) {
			const { value, done } = await during('decode', () => frames.next());
			if (done) {
				while (encoding.length > 0) await takeEncoded();
				if (ready.length > 0) await send();
				await uploads.finish();
				return value;
			}
			const to = targetSize(chunk.settings.resize, value);
			const encoded = during('encode', () => encodeImage(value, chunk.settings, to));
			// Avoids unhandledRejection; the error is thrown when the frame is awaited.
			encoded.catch(() => {});
			const sizes = { from: { width: value.width, height: value.height }, to };
			encoding.push(encoded.then(bytes => ({ frame: byIndex.get(value.index) as ChunkFrame, bytes, sizes })));
			if (encoding.length >= concurrency) await takeEncoded();
		}
	} catch (error) {
		// Ends the decoder, which would otherwise wait to be read.
		await frames.return(undefined as never);
		await uploads.settled();
		throw error;
	}
}

/** Runs a few uploads at the same time. The error of one is thrown by the next call of `start` or `finish`. */
const makeUploads = (upload: (frames: EncodedFrame[]) => Promise<void>) => {
	const running = new Map<Promise<void>, number>();
	let failure: { error: unknown } | undefined;
	const throwFailure = () => {
		if (failure) throw failure.error;
	};
	const settled = () => Promise.all(running.keys());
	return {
		/** Waits until there is room for the frames, and begins to upload them. */
		start: async (batch: EncodedFrame[]): Promise<void> => {
			const bytes = bytesOf(batch);
			const isFull = () => running.size >= uploadsAtOnce || sum(running.values()) + bytes > bytesAtOnce;
			while (running.size > 0 && isFull()) await Promise.race(running.keys());
			throwFailure();
			const one = upload(batch).then(
				() => {
					for (const { bytes } of batch) recycleImage(bytes);
					running.delete(one);
				},
				error => {
					failure ??= { error };
					running.delete(one);
				},
			);
			running.set(one, bytes);
		},
		finish: async (): Promise<void> => {
			await settled();
			throwFailure();
		},
		settled,
	};
};

const bytesOf = (frames: EncodedFrame[]): number => sum(frames.map(({ bytes }) => bytes.length));
const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);
