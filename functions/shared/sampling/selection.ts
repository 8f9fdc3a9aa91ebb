import type { ImageFormat } from '../video/picture/image-format.ts';
import type { Settings } from './settings.ts';

/**
 * The frame indices that a sampling wants of one video, in order, by the SDK's rules: candidates are
 * `start` to `end` (exclusive), then only annotated ones, then every step-th of those that are left.
 * @param frameCount pictures that the decoder shows
 * @param isAnnotated whether a frame counts as annotated; asked only when `annotated` is set
 */
export const selectFrames = (
	settings: Pick<Settings, 'start' | 'end' | 'step' | 'annotated'>,
	frameCount: number,
	isAnnotated: (index: number) => boolean,
): number[] => {
	const end = Math.min(settings.end ?? frameCount, frameCount);
	const selected: number[] = [];
	let left = 0;
	for (let index = settings.start; index < end; index++) {
		if (settings.annotated && !isAnnotated(index)) continue;
		if (left++ % settings.step === 0) selected.push(index);
	}
	return selected;
};

/**
 * Name of a sampled image, as the SDK gives it, so that a project begun by the SDK is continued.
 * @param framesCount the server's count; its number of digits is the padding, also where it is wrong
 */
export const imageName = (videoName: string, index: number, framesCount: number, format: ImageFormat): string =>
	`${videoName}_frame_${String(index).padStart(String(framesCount).length, '0')}.${format}`;

/** The format that the name of a sampled image tells; undefined for a name that no sampling gives. */
export function formatOfName(name: string): ImageFormat | undefined {
	return /_frame_\d+\.(png|jpg|webp)$/.exec(name)?.[1] as ImageFormat | undefined;
}
