import { execFileSync } from 'node:child_process';
import { pythonEnvironment } from './python.ts';

/**
 * Prints the path of a current ffmpeg, 9.0, that a PyPI package carries; nothing where it can't be had, which is noted for
 * the end of the run.
 */
const environment = await pythonEnvironment('current-ffmpeg', ['imageio-ffmpeg==0.8.1']);
if ('python' in environment) {
	const program = 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())';
	process.stdout.write(execFileSync(environment.python, ['-c', program]));
} else process.stderr.write(`NOT RUN: ${environment.unavailable}\n`);
