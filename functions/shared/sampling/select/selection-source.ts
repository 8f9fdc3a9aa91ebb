import { at } from '../../at.ts';
import type { VideoIndex } from '../../video/index/video-index.ts';
import type { SelectionSource } from './apply-rule.ts';
import { frameTimes } from './frame-times.ts';

/** What a selection without labels is made from. @param name of the video */
export function selectionSource(
	index: Pick<VideoIndex, 'pts' | 'shown' | 'key' | 'timeBase'>,
	name: string,
): SelectionSource {
	const { key, shown } = index;
	return {
		times: frameTimes(index),
		isKey: frame => at(key, at(shown, frame)) === 1,
		name,
		labels: undefined,
		scenes: [],
	};
}
