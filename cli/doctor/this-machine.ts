import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf } from '#shared/errors.ts';
import { ffmpegProgram } from '#shared/video/extract/ffmpeg-program.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type Check, note, ok, wrong } from './check.ts';

const gigabyte = 1e9;
/** A sampling stores its documents on the disk, and copies of videos whose server does not support byte ranges. */
const leastFreeBytes = gigabyte;
const answerWithinMs = 60_000;

/** Codecs that most videos have, with ffmpeg's names of their decoders. */
const usualDecoders = {
	'H.264': ['h264'],
	HEVC: ['hevc'],
	'MPEG-4': ['mpeg4'],
	VP8: ['vp8', 'libvpx'],
	VP9: ['vp9', 'libvpx-vp9'],
	AV1: ['libdav1d', 'libaom-av1', 'av1'],
};

/** Checks Node.js, ffmpeg, sharp and the free disk space of this machine. */
export async function checkMachine(): Promise<Check[]> {
	const path = ffmpegPath();
	return [
		checkNode(process.versions.node),
		...(typeof path === 'string' ? await checkFfmpeg(path) : [path]),
		await checkSharp(),
		await freeDisk('.'),
	];
}

/** @param version of Node, such as 20.19.1 */
export function checkNode(version: string): Check {
	const least = packageJson.engines.node.replace('>=', '');
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
	return major > leastMajor || (major === leastMajor && minor >= leastMinor)
		? ok('Node.js', version)
		: wrong('Node.js', `${version}, ${least} or later is needed`, 'Install a later Node.js.');
}

const ffmpegPath = (): string | Check => {
	try {
		return installedFfmpeg();
	} catch (error) {
		const problem = messageOf(error).split('\n')[0];
		return wrong('ffmpeg', `none is installed (${problem})`, 'Install the package again, or set FFMPEG_PATH.');
	}
};

/** Checks an ffmpeg: runs it, as every decode does, and asks for its version and decoders. */
export async function checkFfmpeg(path: string): Promise<Check[]> {
	try {
		const { convertsAlike } = await ffmpegProgram(path);
		const colours = convertsAlike ? 'converts colours as Framefan does' : 'Framefan converts its colours itself';
		const [banner, listed] = [await output(path, ['-version']), await output(path, ['-hide_banner', '-decoders'])];
		const version = /^ffmpeg version (\S+)/.exec(banner)?.[1] ?? 'of an unknown version';
		const known = new Set([...listed.matchAll(/^ *V\S* +(\S+)/gm)].map(([, name]) => name));
		const missing = Object.entries(usualDecoders).filter(([, names]) => !names.some(name => known.has(name)));
		const names = missing.map(([codec]) => codec).join(', ');
		return [
			ok('ffmpeg', `${version}, decodes; ${colours}`),
			missing.length === 0
				? ok('decoders', Object.keys(usualDecoders).join(', '))
				: note('decoders', `none of ${names}`, `Set FFMPEG_PATH to another ffmpeg if there are videos of ${names}.`),
		];
	} catch (error) {
		const [problem = ''] = messageOf(error).split(/(?:\. |: )Set FFMPEG_PATH/);
		return [
			wrong('ffmpeg', problem, 'Set FFMPEG_PATH to an ffmpeg of version 4.1 or later, or install the package again.'),
		];
	}
}

const output = async (path: string, args: string[]): Promise<string> => {
	const options = { timeout: answerWithinMs, maxBuffer: 8e6, env: { PATH: process.env.PATH ?? '' } };
	return (await promisify(execFile)(path, args, options)).stdout;
};

/** Loads the image library, whose native part depends on the platform, and encodes a pixel. */
const checkSharp = async (): Promise<Check> => {
	try {
		const { loadSharp } = await import('#shared/video/picture/sharp.ts');
		const sharp = loadSharp();
		const create = { width: 1, height: 1, channels: 3 as const, background: '#070707' };
		await sharp({ create }).webp().toBuffer();
		return ok('sharp', `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`);
	} catch (error) {
		const problem = messageOf(error).split('\n')[0] ?? '';
		return wrong('sharp', problem, 'Install the package again on this machine: npm ci');
	}
};

const freeDisk = async (folder: string): Promise<Check> => {
	const { bavail, bsize } = await statfs(folder);
	return checkDisk(bavail * bsize);
};

/** @param free bytes that are left for the state of samplings */
export function checkDisk(free: number): Check {
	const shown = `${(free / gigabyte).toFixed(1)} GB free in this folder`;
	const least = `${leastFreeBytes / gigabyte} GB is needed`;
	return free >= leastFreeBytes
		? ok('disk', shown)
		: wrong('disk', `${shown}, ${least}`, 'Free some space, or give sample another --data FOLDER.');
}
