import type { ImageFormat } from '../video/picture/image-format.ts';
import type { Settings } from './settings.ts';

/**
 * The selected frame indices of a video, in order, by the SDK's rules: from `start` to `end` (exclusive), then only the
 * annotated ones, then every step-th of the rest.
 * @param frameCount pictures that the decoder outputs
 * @param isAnnotated whether a frame counts as annotated; called only when `annotated` is set
 */
export function selectFrames(
	settings: Pick<Settings, 'start' | 'end' | 'step' | 'annotated'>,
	frameCount: number,
	isAnnotated: (index: number) => boolean,
): number[] {
	const { start, end } = rangeOf(settings, frameCount);
	const selected: number[] = [];
	let left = 0;
	for (let index = start; index < end; index++) {
		if (settings.annotated && !isAnnotated(index)) continue;
		if (left++ % settings.step === 0) selected.push(index);
	}
	return selected;
}

/**
 * How many frames {@link selectFrames} selects without `annotated`, and how many there are between start and end.
 */
export function countFrames(
	settings: Pick<Settings, 'start' | 'end' | 'step'>,
	frameCount: number,
): { selected: number; span: number } {
	const { start, end } = rangeOf(settings, frameCount);
	const span = Math.max(0, end - start);
	return { selected: Math.ceil(span / settings.step), span };
}

const rangeOf = ({ start, end }: Pick<Settings, 'start' | 'end'>, frameCount: number) => {
	return { start, end: Math.min(end ?? frameCount, frameCount) };
};

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
