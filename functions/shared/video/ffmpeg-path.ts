import { createRequire } from 'node:module';

/**
 * Path of ffmpeg outside Lambda: `FFMPEG_PATH`, or the one installed with the package.
 * @throws Error when there is neither
 */
export function installedFfmpeg(): string {
	return (
		process.env.FFMPEG_PATH ?? (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path
	);
}
