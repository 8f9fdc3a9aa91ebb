import { prices } from '#shared/estimate/prices.ts';
import { log } from '#shared/log.ts';
import { countFaults, measure } from '#shared/metrics.ts';
import type { Summary } from '#shared/sampling/summary.ts';
import type { ChunkWork } from './chunk-work.ts';

/** Writes the log line of a finished chunk, and its metrics. Times of phases are sums (see `makeChunkWork`). */
export function reportChunk(summary: Summary, { bytes, ms, totalMs }: ChunkWork): void {
	const { framesUploaded, framesAlreadyThere, labels, faultCount } = summary;
	const time = ms();
	log.info('Chunk finished', {
		...{ framesUploaded, framesAlreadyThere, labels, faults: faultCount },
		...{ bytesRead: bytes.read, bytesUploaded: bytes.uploaded, ms: time, totalMs: totalMs() },
	});
	measure({
		FramesUploaded: framesUploaded,
		BytesRead: bytes.read,
		BytesUploaded: bytes.uploaded,
		FetchTime: time.fetch,
		DecodeTime: time.decode,
		EncodeTime: time.encode,
		UploadTime: time.upload,
		AnnotateTime: time.annotate,
		Dollars: (bytes.uploaded / 1e9) * prices.gigabyteOut,
	});
	countFaults(summary.faults);
}
