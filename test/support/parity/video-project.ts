import { execFile } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import type { Size } from '#shared/size.ts';

import { annotationFile, type VideoSpec } from './annotation-file.ts';

/** How a video's pictures are kept: `exact` as they are, `lossy` as cameras do, with reordered pictures. */
const encodings = {
	exact: ['-c:v', 'libx264rgb', '-qp', '0', '-preset', 'ultrafast', '-g', '12'],
	lossy: ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-bf', '2', '-g', '6'],
};

export type VideoFile = {
	name: string;
	frames: number;
	encoding: keyof typeof encodings;
	/** Stored lying on its side, with a display matrix that puts it upright. */
	turned?: boolean;
	/** As it is seen; null: it has no annotation file. */
	labels: VideoSpec | null;
};

export type DatasetFolder = { path: string[]; videos: VideoFile[] };

/** Writes a folder in Supervisely's video-project format, videos and all. */
export async function writeVideoProject(
	folder: string,
	size: Size,
	meta: object,
	datasets: DatasetFolder[],
): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
	for (const { path, videos } of datasets) {
		const place = join(folder, path.join('/datasets/'));
		for (const part of ['video', 'ann']) await mkdir(join(place, part), { recursive: true });
		for (const video of videos) {
			await writeVideo(join(place, 'video', video.name), size, video);
			if (!video.labels) continue;
			await writeFile(join(place, 'ann', `${video.name}.json`), JSON.stringify(annotationFile(video.labels)));
		}
	}
}

const ffmpeg = (...args: string[]) => promisify(execFile)(ffmpegInstaller.path, ['-loglevel', 'error', '-y', ...args]);

const writeVideo = async (file: string, { width, height }: Size, video: VideoFile): Promise<void> => {
	const [across, down] = video.turned ? [height, width] : [width, height];
	const source = `testsrc2=size=${across}x${down}:rate=10:duration=${video.frames / 10}`;
	await ffmpeg('-f', 'lavfi', '-i', source, ...encodings[video.encoding], file);
	if (!video.turned) return;
	const flat = `${file}.flat.mp4`;
	await rename(file, flat);
	await ffmpeg('-i', flat, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', file);
	await rm(flat);
};
