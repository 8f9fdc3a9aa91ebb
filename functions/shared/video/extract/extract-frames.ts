import { messageOf } from '../../errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { decodePictures } from './ffmpeg.ts';
import { matroskaFeed } from './matroska-feed.ts';
import { mp4Feed } from './mp4-feed.ts';
import type { Picture } from './ppm.ts';
import type { Recipe, WantedFrame } from './recipe.ts';

export type Frame = Picture & WantedFrame;
export type FrameFault = { index: number; reason: 'missing' | 'unproven'; message: string };

/**
 * Decodes the wanted frames of a recipe. A picture is given out only when its presentation time is that of the frame.
 * @param wanted in the order of their indices, all within the recipe
 * @returns after the last frame, those that could not be had
 */
export const extractFrames = async function* (
	recipe: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): AsyncGenerator<Frame, FrameFault[]> {
	const { signal } = options;
	const { feed, timeBase } = recipe;
	const { bytes, ptsInFeed } =
		feed.kind === 'mp4' ? mp4Feed(feed, timeBase.den, source, signal) : matroskaFeed(feed, source, signal);
	const waiting = new Map(wanted.map(frame => [ptsInFeed(frame.pts), frame]));
	const pictures = decodePictures({
		...options,
		bytes,
		timeBase,
		demuxer: feed.kind === 'mp4' ? 'mov' : 'matroska',
		filter: selectExpression([...waiting.keys()]),
	});
	let complaints = '';
	for (;;) {
		const { value, done } = await pictures.next();
		if (done) {
			complaints = value;
			break;
		}
		const frame = waiting.get(value.pts);
		if (!frame) continue;
		waiting.delete(value.pts);
		yield { ...frame, width: value.width, height: value.height, data: value.data };
	}
	const why = complaints.trim().split('\n').at(-1) ?? '';
	return [...waiting.values()].map(({ index }) => ({
		index,
		reason: 'missing',
		message: `The decoder shows no picture for frame ${index}${why ? `: ${messageOf(why)}` : ''}`,
	}));
};

/** A `select` expression for presentation times; long enough runs at one distance become a range. */
export const selectExpression = (times: number[]): string => {
	const terms: string[] = [];
	for (let first = 0; first < times.length; ) {
		const start = times[first] as number;
		const step = (times[first + 1] ?? start) - start;
		let last = first;
		while (last + 1 < times.length && (times[last + 1] as number) - (times[last] as number) === step && step > 0)
			last++;
		if (last - first >= 3) {
			terms.push(`between(pts,${start},${times[last]})*not(mod(pts-${start},${step}))`);
			first = last + 1;
		} else {
			terms.push(`eq(pts,${start})`);
			first++;
		}
	}
	return terms.join('+');
};
