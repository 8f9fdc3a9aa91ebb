import { runFfmpeg } from './ffmpeg.ts';

/** A video's first picture stream. Size in pixels as displayed, times in seconds, rotation in degrees clockwise. */
export type VideoFacts = {
	index: number;
	width: number;
	height: number;
	duration: number | null;
	startTime: number;
	codecName: string;
	rotation: number;
	formatName: string;
};

/** Reads a video's header; null when it has no picture stream that ffmpeg can find. */
export async function probeVideo(file: string): Promise<VideoFacts | null> {
	const { stderr } = await runFfmpeg(['-i', file], 60_000);
	return parseProbe(stderr);
}

/** Counts the pictures that a video decodes to, for at most `timeoutMs`; null when that cannot be found out. */
export async function countFrames(file: string, timeoutMs: number): Promise<number | null> {
	const { code, stderr } = await runFfmpeg(['-i', file, '-map', '0:V:0', '-vsync', '0', '-f', 'null', '-'], timeoutMs);
	const counts = [...stderr.matchAll(/frame=\s*(\d+)/g)];
	return code === 0 ? Number(counts.at(-1)?.[1] ?? 0) : null;
}

/** Parses what `ffmpeg -i` prints; null when it lists no picture stream. */
export function parseProbe(stderr: string): VideoFacts | null {
	const lines = stderr.split(/\r?\n/);
	const at = lines.findIndex(line => /^\s*Stream #0:\d+.*: Video: /.test(line) && !line.includes('(attached pic)'));
	const stream = /Stream #0:(\d+).*: Video: (\w+).*?, (\d+)x(\d+)/.exec(lines[at] ?? '');
	if (!stream) return null;
	const [, index, codecName = '', width, height] = stream;
	const rest = lines.slice(at + 1);
	const end = rest.findIndex(line => /^\s*Stream #/.test(line));
	const own = (end === -1 ? rest : rest.slice(0, end)).join('\n');
	const rotation = displayRotation(own);
	const sideways = rotation % 180 !== 0;
	const clock = /Duration: (\d+):(\d+):(\d+(?:\.\d+)?)/.exec(stderr);
	return {
		index: Number(index),
		width: Number(sideways ? height : width),
		height: Number(sideways ? width : height),
		duration: clock ? Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3]) : null,
		startTime: Number(/start: (-?[\d.]+)/.exec(stderr)?.[1] ?? 0),
		codecName,
		rotation,
		formatName: /Input #0, (\S+), from/.exec(stderr)?.[1] ?? '',
	};
}

function displayRotation(text: string): number {
	const counterclockwise = /displaymatrix: rotation of (-?[\d.]+) degrees/.exec(text)?.[1];
	return counterclockwise === undefined ? 0 : (360 - Math.round(Number(counterclockwise))) % 360;
}
