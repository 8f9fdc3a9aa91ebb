import type { VideoIndex } from '../index/video-index.ts';
import type { Recipe } from './recipe.ts';

/**
 * The recipe for decoding a run of pictures in decode order, `first` being one where decoding can start.
 * @param first,last positions in decode order, both inclusive
 */
export const writeRecipe = (index: VideoIndex, first: number, last: number): Recipe => {
	const { container, timeBase, pictureSize: size } = index;
	if (container.kind === 'whole') {
		const { kind, demuxer, counted } = container;
		return { timeBase, size, feed: { kind, demuxer, counted } };
	}
	const part = (column: Float64Array | Uint32Array) => Array.from(column.subarray(first, last + 1));
	const columns = {
		offset: part(index.offset),
		size: part(index.size),
		pts: part(index.pts),
		key: Array.from(index.key.subarray(first, last + 1), Boolean),
	};
	if (container.kind === 'matroska') {
		const header = container.header.toString('base64');
		return { timeBase, size, feed: { kind: 'matroska', header, ...columns, clusterTime: part(container.clusterTime) } };
	}
	const { width, height } = container;
	const sampleDescription = container.sampleDescription.toString('base64');
	const matrix = container.matrix.toString('base64');
	const dts = part(container.dts);
	return { timeBase, size, feed: { kind: 'mp4', sampleDescription, matrix, width, height, ...columns, dts } };
};
