// What programs import from the package `framefan`.
export { FramefanError } from '#shared/errors.ts';
export { SuperviselyClient } from './client.ts';
export {
	type EstimateOptions,
	type ExpectedFrames,
	estimateVideoProject,
	type SamplingEstimate,
} from './estimate.ts';
export type { SamplingFault, SamplingOptions, SamplingProgress, SamplingResult } from './run-sampling.ts';
export {
	type ProjectOptions,
	type SamplingSettings,
	type SelectionRule,
	sampleVideo,
	sampleVideoDataset,
	sampleVideoProject,
} from './sample.ts';
export {
	type StreamOptions,
	streamVideoFrames,
	type VideoFrame,
	type VideoFrameFault,
} from './stream-video-frames.ts';
export { type StreamToDirOptions, streamVideoFramesToDir } from './stream-video-frames-to-dir.ts';
