import { prices } from './prices.ts';

/** Largest number of frames per chunk, and memory of the functions in MiB. */
export type Sizing = { framesPerChunk: number; fanOutMiB: number; decodeMiB: number; reduceMiB: number };

/** The sizing of a stack with default parameters. */
export const usualSizing: Sizing = { framesPerChunk: 200, fanOutMiB: 1769, decodeMiB: 3538, reduceMiB: 512 };

/** What a sampling does. `decode`: seconds of decoding and encoding. */
export type Work = { videos: number; chunks: number; decode: number; bytesToWrite: number };

/** Cost of some work, in US dollars. */
export type Cost = { lambda: number; requests: number; dataOut: number };

/** Seconds of fan-out for a video, and of reduce for a chunk. */
export const planSeconds = 1.5;
export const countSeconds = 0.2;

/** Cost of some work by the list prices. */
export function costOf({ videos, chunks, decode, bytesToWrite }: Work, sizing: Sizing): Cost {
	const gibSeconds =
		(decode * sizing.decodeMiB + videos * planSeconds * sizing.fanOutMiB + chunks * countSeconds * sizing.reduceMiB) /
		1024;
	const invocations = videos + 2 * chunks;
	return {
		lambda: gibSeconds * prices.lambdaGiBSecond + invocations * prices.lambdaRequest,
		// Each message is sent, received, kept hidden and deleted. A chunk has a document, a lease and a marker; a video has a node.
		requests:
			4 * invocations * prices.sqsRequest +
			(5 * chunks + 4 * videos) * prices.s3Write +
			(8 * chunks + 6 * videos) * prices.s3Read,
		dataOut: (bytesToWrite / 1e9) * prices.gigabyteOut,
	};
}
