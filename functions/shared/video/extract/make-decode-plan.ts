import type { VideoIndex } from '../index/video-index.ts';
import type { Run } from '../plan-chunks.ts';
import type { DecodePlan } from './decode-plan.ts';

/**
 * The plan for decoding runs of pictures, in decode order, each beginning with one where decoding can start.
 */
export function makeDecodePlan(index: VideoIndex, runs: Run[]): DecodePlan {
	const { container, timeBase, pictureSize: size, isPlanar } = index;
	if (container.kind === 'whole') {
		const { kind, demuxer, stream, end, codec: decoder = '', counted, restarts } = container;
		const matrix = container.matrix.toString('base64');
		const changes = container.changes.map(({ offset, bytes }) => ({ offset, bytes: bytes.toString('base64') }));
		return {
			...{ timeBase, size, isPlanar: false },
			demuxInput: { kind, demuxer, stream, matrix, end, changes, decoder, counted, restarts },
		};
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
	const { bitstream } = container;
	const common = {
		...columns,
		bitstream,
		matrix: container.matrix.toString('base64'),
		setup: container.setup.toString('base64'),
	};
	if (container.kind === 'matroska') {
		const { track } = container;
		const header = container.header.toString('base64');
		const clusterTime = part(container.clusterTime);
		return { timeBase, size, isPlanar, demuxInput: { kind: 'matroska', header, track, ...common, clusterTime } };
	}
	const { width, height, stream, demuxer, timed, packets } = container;
	const sampleDescription = container.sampleDescription.toString('base64');
	const dts = part(container.dts);
	return {
		timeBase,
		size,
		isPlanar,
		demuxInput: { kind: 'samples', demuxer, timed, packets, sampleDescription, width, height, stream, ...common, dts },
	};
}
