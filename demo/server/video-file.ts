import type { VideoAnnotationInFile } from '../project-format/video-annotation-file.ts';
import type { VideoInFolder } from '../project-format/video-project-folder.ts';
import type { BlobFolder } from './blobs.ts';
import type { BlobRecord } from './records.ts';
import { countFrames, probeVideo } from './video-probe.ts';

/** What a video's `fileMeta` says; null where nothing is known. `size` is a number of bytes, as text. */
export type FileMeta = {
	index: number;
	width: number | null;
	height: number | null;
	duration: number | null;
	startTime: number;
	rotation: number;
	codecName: string | null;
	codecType: 'video';
	formatName: string | null;
	framesCount: number | null;
	framesToTimecodes: number[];
	mime: string;
	size: string;
	streams: unknown[];
};

const countingLimitMs = 120_000;

/**
 * Imports a video file and probes it. Size and number of frames are those of the annotation, if it has them. A file
 * that ffmpeg cannot read is imported as well, with less `fileMeta`.
 */
export async function readVideoFile(
	blobs: BlobFolder,
	video: VideoInFolder,
	annotation: VideoAnnotationInFile | null,
): Promise<{ blob: BlobRecord; fileMeta: FileMeta }> {
	const { hash, size } = await blobs.adopt(video.file);
	const facts = await probeVideo(video.file);
	const mime = mimeOf(facts?.formatName ?? '', video.name);
	const framesCount = annotation?.framesCount ?? (facts ? await countFrames(video.file, countingLimitMs) : null);
	return {
		blob: { hash, size, mime, width: null, height: null },
		fileMeta: {
			index: facts?.index ?? 0,
			width: annotation?.size.width ?? facts?.width ?? null,
			height: annotation?.size.height ?? facts?.height ?? null,
			duration: facts?.duration ?? null,
			startTime: facts?.startTime ?? 0,
			rotation: facts?.rotation ?? 0,
			codecName: facts?.codecName ?? null,
			codecType: 'video',
			formatName: facts?.formatName ?? null,
			framesCount,
			framesToTimecodes: [],
			mime,
			size: String(size),
			streams: [],
		},
	};
}

function mimeOf(formatName: string, name: string): string {
	if (formatName.includes('matroska')) return name.toLowerCase().endsWith('.webm') ? 'video/webm' : 'video/x-matroska';
	if (formatName.includes('mp4')) return name.toLowerCase().endsWith('.mov') ? 'video/quicktime' : 'video/mp4';
	return formatName.startsWith('avi') ? 'video/x-msvideo' : 'application/octet-stream';
}
