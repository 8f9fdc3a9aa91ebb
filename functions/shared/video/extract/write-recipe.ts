import type { VideoIndex } from '../index/video-index.ts';
import { joinRanges } from '../source/byte-source.ts';
import type { Recipe } from './recipe.ts';

/**
 * The recipe for decoding a run of pictures in decode order, `first` being one where decoding can start.
 * @param first,last positions in decode order, both inclusive
 */
export const writeRecipe = (index: VideoIndex, first: number, last: number): Recipe => {
	const { container, timeBase } = index;
	if (container.kind === 'whole') return { timeBase, feed: { kind: 'whole', demuxer: container.demuxer } };
	const part = (column: Float64Array | Uint32Array) => Array.from(column.subarray(first, last + 1));
	if (container.kind === 'mp4') {
		const { sampleDescription, matrix, width, height, dts } = container;
		return {
			timeBase,
			feed: {
				kind: 'mp4',
				sampleDescription: sampleDescription.toString('base64'),
				matrix: matrix.toString('base64'),
				width,
				height,
				offset: part(index.offset),
				size: part(index.size),
				dts: part(dts),
				pts: part(index.pts),
				key: Array.from(index.key.subarray(first, last + 1), Boolean),
			},
		};
	}
	const start = container.cluster[first] as number;
	const end = (index.offset[last] as number) + (index.size[last] as number);
	return {
		timeBase,
		feed: {
			kind: 'matroska',
			header: container.header.toString('base64'),
			ranges: joinRanges([{ offset: start, length: end - start }]),
		},
	};
};
