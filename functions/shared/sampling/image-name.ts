import type { ImageFormat } from '../video/picture/image-format.ts';

/**
 * Name of a sampled image, the same as in the SDK, so that a project begun by the SDK is continued.
 * @param framesCount the server's count, even if wrong: its number of digits is the padding
 */
export function imageName(videoName: string, index: number, framesCount: number, format: ImageFormat): string {
	return `${videoName}_frame_${String(index).padStart(String(framesCount).length, '0')}.${format}`;
}

/** The format in the name of a sampled image; undefined for other names. */
export function formatOfName(name: string): ImageFormat | undefined {
	return /_frame_\d+\.(png|jpg|webp)$/.exec(name)?.[1] as ImageFormat | undefined;
}

/** Whether an image has the name of a sampled frame of a video. */
export function isSampledName(videoName: string, name: string): boolean {
	return name.startsWith(`${videoName}_frame_`) && formatOfName(name) !== undefined;
}
