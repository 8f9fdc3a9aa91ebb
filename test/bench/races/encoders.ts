import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf } from '#shared/errors.ts';
import type { Picture } from '#shared/video/extract/picture.ts';
import { encodePng } from '#shared/video/picture/png/encode-png.ts';
import { sharp } from '#shared/video/picture/sharp.ts';
import { flat, noise, photograph, screen } from '../../unit/png/scenes.ts';
import { type EnvironmentName, environment } from '../environments.ts';
import { type Contestant, inTurn, type Sample } from '../measure/in-turn.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { cache, inFolder, peers } from '../paths.ts';
import type { Heat, Race } from '../race.ts';

const [width, height] = [1280, 720];
const napiImage = '@napi-rs/image@1.15.0';

/** Encoders of PNG, on one thread each, with pictures that lie in memory. */
export const encoders: Race = {
	id: 'encoders',
	title: 'PNG encoders alone',
	about: [
		'One 720p picture of RGB bytes in memory, encoded on one thread again and again (sharp and OpenCV may use more);',
		'each time is the median of 5 in a row, after a first one that does not count. @napi-rs/image takes four channels only.',
	].join(' '),
	inQuick: true,
	environments: ['readers', 'fpng'],
	run: ({ rounds, quick }) =>
		inFolder(async folder => {
			const heats: Heat[] = [];
			const pythons = [await startPython('readers'), await startPython('fpng')];
			const fast = quick ? 'not in the quick run' : await fastNapi();
			for (const [name, make] of Object.entries({ photo: photograph, noise, flat, screen })) {
				console.log(name);
				const picture = make(width, height);
				const raw = join(folder, `${name}.rgb`);
				writeFileSync(raw, picture.data);
				const rows = await inTurn(contestants(picture, raw, pythons, fast), rounds);
				heats.push({ name: `720p, ${name}`, frames: 1, rows });
			}
			for (const python of pythons) if (typeof python !== 'string') python.end();
			return { heats, goals: [] };
		}),
};

type Encode = () => Buffer | Promise<Buffer>;
type Python = { ask(request: object): Promise<Answer>; end(): void };
type Answer = { milliseconds: number[]; bytes: number } | { error: string };

function contestants(
	picture: Picture,
	raw: string,
	[readers, fpng]: (Python | string)[],
	fast: ((picture: Picture) => Encode) | string,
): Contestant[] {
	const viaSharp = (compressionLevel: number): Encode => {
		const options = { raw: { width, height, channels: 3 } } as const;
		return () => sharp(picture.data, options).png({ compressionLevel }).toBuffer();
	};
	const here = (name: string, command: string, encode: Encode | string, isOwn = false): Contestant => ({
		...{ name, command, isOwn },
		...(typeof encode === 'string' ? { unavailable: encode } : {}),
		run: () => repeated(encode as Encode),
	});
	const inPython = (
		name: string,
		command: string,
		encoder: string,
		python: Python | string | undefined,
	): Contestant => ({
		...{ name, command },
		...(typeof python === 'string' ? { unavailable: python } : {}),
		run: async () => {
			const answer = await (python as Python).ask({ encoder, raw, width, height, runs: 6 });
			if ('error' in answer) throw new Error(answer.error);
			return sampleOf(answer.milliseconds, answer.bytes);
		},
	});
	return [
		here('Framefan', 'encodePng(picture)', () => encodePng(picture), true),
		here('sharp, level 1', '.png({ compressionLevel: 1 })', viaSharp(1)),
		here('sharp, level 6', '.png({ compressionLevel: 6 })', viaSharp(6)),
		inPython('OpenCV', "cv2.imencode('.png', picture)", 'opencv', readers),
		here(
			'@napi-rs/image, fast',
			'.png({ compressionType: Fast, filterType: Sub })',
			typeof fast === 'string' ? fast : fast(picture),
		),
		inPython('fpng', 'fpng.from_ndarray(picture)', 'fpng', fpng),
	];
}

async function repeated(encode: Encode): Promise<Sample> {
	const times: number[] = [];
	let bytes = 0;
	for (let run = 0; run < 6; run++) {
		const start = performance.now();
		bytes = (await encode()).length;
		times.push(performance.now() - start);
	}
	return sampleOf(times, bytes);
}

const sampleOf = (milliseconds: number[], bytesWritten: number): Sample => ({
	wallMs: milliseconds.slice(1).sort((a, b) => a - b)[2] as number,
	bytesWritten,
});

/** A Python that stays, so that its start takes no part. */
async function startPython(name: EnvironmentName): Promise<Python | string> {
	const found = await environment(name);
	if ('unavailable' in found) return found.unavailable;
	const child = spawn(found.python, [join(peers, 'encode.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface(child.stdout);
	return {
		ask: async request => {
			child.stdin.write(`${JSON.stringify(request)}\n`);
			const [line] = (await once(lines, 'line')) as [string];
			return JSON.parse(line) as Answer;
		},
		end: () => child.stdin.end(),
	};
}

/** The package is no dependency: it is installed into the cache folder. */
async function fastNapi(): Promise<((picture: Picture) => Encode) | string> {
	const prefix = join(cache, 'npm');
	const install = ['--prefix', prefix, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
	try {
		await runMeasured({ program: 'npm', args: ['install', ...install, napiImage] });
		const { Transformer } = createRequire(join(prefix, 'x.js'))('@napi-rs/image');
		// CompressionType.Fast and FilterType.Sub, which are constants for TypeScript alone.
		const options = { compressionType: 1, filterType: 1 };
		return ({ width, height, data }) => {
			const rgba = new Uint8Array(width * height * 4).fill(255);
			for (let from = 0, to = 0; from < data.length; from += 3, to += 4) rgba.set(data.subarray(from, from + 3), to);
			return () => Transformer.fromRgbaPixels(rgba, width, height).pngSync(options);
		};
	} catch (error) {
		return messageOf(error);
	}
}
