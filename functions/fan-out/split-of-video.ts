import type { Attempt } from '#shared/sampling/keys.ts';
import { frameTimes } from '#shared/sampling/select/frame-times.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { splitOfFrames } from '#shared/sampling/split.ts';
import type { SplitName } from '#shared/sampling/split-settings.ts';
import type { VideoFile } from '#shared/sampling/stored-index.ts';
import type { Video } from '#shared/supervisely/remote/api.ts';
import type { FanOutPorts } from './ports.ts';
import { scenesOf } from './scenes-of.ts';

/**
 * The split of each frame of a video; undefined without splits. For splits by scene, the scenes of the whole video are
 * found, so that a frame is in the same split whatever range is sampled.
 * @throws DeferredError when the search for scenes has to be interrupted
 */
export async function splitOfVideo(
	ports: FanOutPorts,
	current: Attempt,
	of: { video: Video; file: VideoFile },
	{ split }: Pick<Settings, 'split'>,
	signal: AbortSignal,
): Promise<((frame: number) => SplitName | null) | undefined> {
	if (!split) return undefined;
	const { index } = of.file;
	const whole = { start: 0, end: index.shown.length };
	const scenes = split.by === 'scene' ? await scenesOf(ports, current, of, whole, signal) : [];
	return splitOfFrames(split, of.video.id, frameTimes(index), scenes);
}
