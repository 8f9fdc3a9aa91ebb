import type { VideoIndex } from '../index/video-index.ts';
import type { Run } from '../plan-chunks.ts';
import type { Recipe } from './recipe.ts';

/**
 * The recipe for decoding runs of pictures, in decode order, each beginning with one where decoding can start.
 */
export const writeRecipe = (index: VideoIndex, runs: Run[]): Recipe => {
	const { container, timeBase, pictureSize: size } = index;
	if (container.kind === 'whole') {
		const { kind, demuxer, counted } = container;
		return { timeBase, size, feed: { kind, demuxer, counted } };
	}
	const part = (column: Float64Array | Uint32Array | Uint8Array) =>
		runs.flatMap(([first, last]) => Array.from(column.subarray(first, last + 1)));
	let pictures = 0;
	const starts = runs.map(([first, last]) => {
		pictures += last - first + 1;
		return pictures - (last - first + 1);
	});
	const columns = {
		runs: starts,
		offset: part(index.offset),
		size: part(index.size),
		pts: part(index.pts),
		key: part(index.key).map(Boolean),
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
