// What programs import from the package `framefan`.
export { SuperviselyClient } from './client.ts';
export {
	type StreamOptions,
	streamVideoFrames,
	type VideoFrame,
	type VideoFrameFault,
} from './stream-video-frames.ts';
export { type StreamToDirOptions, streamVideoFramesToDir } from './stream-video-frames-to-dir.ts';
