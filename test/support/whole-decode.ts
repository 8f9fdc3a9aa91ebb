import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readBarcode } from '#demo/project/barcode.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import type { Fixture } from './video-fixtures/fixture.ts';
import { fixturePath } from './video-fixtures.ts';

/** What the decoder shows of a whole file: entry n is its n-th output picture. */
export type WholeDecode = {
	width: number;
	height: number;
	timeBase: { num: number; den: number };
	pictures: { sha256: string; shows: number; pts: number | null; isKey: boolean }[];
};

/** What the ffmpeg that the product uses calls itself, and its options that give out every picture once. */
const measure = (() => {
	const path = installedFfmpeg();
	const [, version = ''] = /ffmpeg version (\S+)/.exec(execFileSync(path, ['-version']).toString()) ?? [];
	const help = execFileSync(path, ['-hide_banner', '-h', 'long'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
	const everyPictureOnce = help.includes('-fps_mode') ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
	return { path, version: version.replaceAll(/[^\w.]/g, '-'), everyPictureOnce };
})();

/**
 * Decodes a whole fixture from its first byte to its last in one ffmpeg, the measure for every other way of getting its
 * frames. Kept beside the fixture, for each version of ffmpeg: they differ in pixels.
 */
export async function wholeDecode(fixture: Fixture): Promise<WholeDecode> {
	const path = await fixturePath(fixture.measuredBy ?? fixture.name);
	const kept = `${path}.decoded-by-${measure.version}.json`;
	if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
	const decoded = await decodeFile(path, fixture.decode);
	writeFileSync(`${kept}.${process.pid}`, JSON.stringify(decoded));
	renameSync(`${kept}.${process.pid}`, kept);
	return decoded;
}

/**
 * Decodes a file from its first byte to its last.
 * @param options what ffmpeg has to be told about it
 */
export async function decodeFile(
	path: string,
	{ input = [], stream = '0:v:0', filter = 'null' }: NonNullable<Fixture['decode']> = {},
): Promise<WholeDecode> {
	// What a file says of itself stands in the same log, and can't know this.
	const name = `showinfo@${randomBytes(8).toString('hex')}`;
	const child = spawn(
		measure.path,
		[
			// One thread: some decoders (Theora's) race with themselves otherwise, and give other pixels now and then.
			...['-hide_banner', '-nostdin', '-nostats', '-copyts', '-threads', '1', ...input, '-i', path],
			...['-map', stream, ...measure.everyPictureOnce],
			...['-vf', `${filter},${name}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'],
		],
		{ stdio: ['ignore', 'pipe', 'pipe'] },
	);
	let log = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		log += text;
	});
	const pieces: Buffer[] = [];
	child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
	await once(child, 'close');

	const bytes = Buffer.concat(pieces);
	const told = log.split('\n').filter(line => line.startsWith(`[${name} @ `));
	const lines = told.flatMap(line => [...line.matchAll(/ n: *\d+ pts: *(\S+).* s:(\d+)x(\d+) i:\S iskey:(\d)/g)]);
	const [, num = 0, den = 1] = /config in time_base: (\d+)\/(\d+)/.exec(told.join('\n'))?.map(Number) ?? [];
	// Pictures of another size than the first are scaled to it.
	const [width, height] = lines[0]?.slice(2, 4).map(Number) ?? [0, 0];
	if (!width || !height) return { width: 0, height: 0, timeBase: { num, den }, pictures: [] };
	const size = width * height * 3;
	if (bytes.length !== lines.length * size)
		throw new Error(`${bytes.length} bytes for ${lines.length} pictures: ${path}`);
	const pictures = lines.map((line, n) => {
		const data = bytes.subarray(n * size, (n + 1) * size);
		return {
			sha256: createHash('sha256').update(data).digest('hex'),
			shows: readBarcode({ width, height, data }),
			pts: line[1] === 'NOPTS' ? null : Number(line[1]),
			isKey: line[4] === '1',
		};
	});
	return { width, height, timeBase: { num, den }, pictures };
}
