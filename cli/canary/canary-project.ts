import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FramefanError } from '#shared/errors.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import type { SuperviselyHttp } from '#shared/supervisely/remote/http-client.ts';
import { sharp } from '#shared/video/picture/sharp.ts';
import { listSelectedVideos } from '../../functions/api/list-selected-videos.ts';
import { packageFolder } from '../../layers/package-folder.ts';
import { canaryVideo } from './known-pixels.ts';

const listWithinMs = 60_000;

/** Path of the canary's video in this package. */
const shippedVideo = join(packageFolder, 'cli', 'canary', canaryVideo);

/** What an operator has to do once by hand: no method of Supervisely's API for it is known well enough. */
export const uploadOnce = `upload ${shippedVideo} to a video project of the server once, and give the project's id as --project`;

/**
 * Finds the video of the canary in a project.
 * @returns the id of the video; the lowest if several have the name
 * @throws FramefanError when there is no such project, or none of its videos has the name
 */
export async function findCanaryVideo(supervisely: SuperviselyApi, project: number): Promise<number> {
	const source = await supervisely.project(project);
	if (source?.type !== 'videos') {
		const problem = source ? `has type ${source.type}, not videos` : `is not on ${supervisely.server}`;
		throw new FramefanError(`Project ${project} ${problem}: ${uploadOnce}`);
	}
	const found: number[] = [];
	const scope = { scope: undefined, deadline: Date.now() + listWithinMs };
	await listSelectedVideos(supervisely, project, scope, (video: { id: number; name?: unknown }) => {
		if (video.name === canaryVideo) found.push(video.id);
	});
	if (found.length === 0) throw new FramefanError(`Project ${project} has no video ${canaryVideo}: ${uploadOnce}`);
	return Math.min(...found);
}

/**
 * Why frames may differ: the server may have converted the file when it was uploaded.
 * @returns a message if the file has another size than the shipped one; undefined if not, or if its size is unknown
 */
export async function otherFile(supervisely: SuperviselyApi, video: number): Promise<string | undefined> {
	const size = Number((await supervisely.video(video))?.fileMeta?.size);
	const shipped = statSync(shippedVideo).size;
	if (!(size > 0) || size === shipped) return undefined;
	return `The file on the server has ${size} bytes and the shipped one ${shipped}, so it is a different file: ${uploadOnce}`;
}

/**
 * Downloads the images of a destination and hashes their pixels.
 * @returns SHA-256 of each frame's RGB, or `unreadable`, by the number of the frame
 * @throws FramefanError for an image whose name is not that of a frame
 */
export async function pixelsOf(
	http: SuperviselyHttp,
	supervisely: SuperviselyApi,
	project: number,
): Promise<Map<number, string>> {
	const found = new Map<number, string>();
	for (const { id, name } of await supervisely.oldestImages(project)) {
		const frame = /_frame_(\d+)\.png$/.exec(name)?.[1];
		if (frame === undefined) throw new FramefanError(`Project ${project} has an image ${name}, which is not a frame`);
		const bytes = await http.read('images.download', { id }, joined);
		found.set(Number(frame), await hashOf(bytes));
	}
	return found;
}

const joined = async (answer: AsyncIterable<Uint8Array>): Promise<Buffer> => {
	const pieces: Uint8Array[] = [];
	for await (const piece of answer) pieces.push(piece);
	return Buffer.concat(pieces);
};

const hashOf = async (image: Buffer): Promise<string> => {
	const pixels = await sharp(image)
		.raw()
		.toBuffer()
		.catch(() => undefined);
	return pixels ? createHash('sha256').update(pixels).digest('hex') : 'unreadable';
};
