import { createRequire } from 'node:module';

/**
 * The ffmpeg for use outside Lambda: `FFMPEG_PATH`, or the one that was installed with the package.
 * @throws Error when neither is there
 */
export const installedFfmpeg = (): string =>
	process.env.FFMPEG_PATH ?? (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path;
