import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { beginnings } from './video-fixtures/beginnings.ts';
import { bounded, largest } from './video-fixtures/bounded.ts';
import { codecs } from './video-fixtures/codecs.ts';
import { containers } from './video-fixtures/containers.ts';
import { damage, type FaultyGroup, type FaultyVideo } from './video-fixtures/damage.ts';
import { decoderSetup } from './video-fixtures/decoder-setup.ts';
import { entryPoints } from './video-fixtures/entry-points.ts';
import { falseKeys } from './video-fixtures/false-keys.ts';
import type { Fixture, FixtureContext, FixtureGroup } from './video-fixtures/fixture.ts';
import { hostile } from './video-fixtures/hostile.ts';
import { type MasterSize, writeMaster } from './video-fixtures/master.ts';
import { matroskaLayouts } from './video-fixtures/matroska-layouts.ts';
import { mp4Layouts } from './video-fixtures/mp4-layouts.ts';
import { otherVoices } from './video-fixtures/other-voices.ts';
import { pixels } from './video-fixtures/pixels.ts';
import { streams } from './video-fixtures/streams.ts';
import { times } from './video-fixtures/times.ts';
import { untrustedText } from './video-fixtures/untrusted-text.ts';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '../../node_modules/.cache/framefan/fixtures');
const newerFfmpeg = '/usr/bin/ffmpeg';
const groups: FixtureGroup[] = [
	times,
	entryPoints,
	containers,
	codecs,
	pixels,
	streams,
	falseKeys,
	decoderSetup,
	beginnings,
	mp4Layouts,
	matroskaLayouts,
	untrustedText,
	otherVoices,
	largest,
];

/** All good videos: every picture of them can be decoded. */
export const fixtures: Fixture[] = groups.flatMap(group => group.fixtures);

const faultyGroups: FaultyGroup[] = [damage, hostile, bounded];

/** Files that can't be read, or not whole. */
export const faultyVideos: FaultyVideo[] = faultyGroups.flatMap(group => group.fixtures);

/** True when the fixture can be made on this machine. */
export function canMake(fixture: Fixture): boolean {
	return !fixture.needsNewerFfmpeg || existsSync(newerFfmpeg);
}

type Recipe = Pick<Fixture, 'name' | 'make'>;

const hashOf = (...files: string[]) => {
	const hash = createHash('sha256');
	for (const file of files) hash.update(readFileSync(file));
	return hash.digest('hex').slice(0, 12);
};

/** A group's own file and those beside it that it imports. */
const sourcesOf = (file: string, found = new Set<string>()): string[] => {
	found.add(file);
	for (const [, name] of readFileSync(file, 'utf8').matchAll(/ from '\.\/([\w-]+\.ts)'/g)) {
		const imported = join(dirname(file), name as string);
		if (!found.has(imported)) sourcesOf(imported, found);
	}
	return [...found].sort();
};

const master = join(import.meta.dirname, 'video-fixtures/master.ts');
const making = new Map<string, Promise<string>>();

/**
 * The path of a fixture, which is made when it isn't there yet, always by the shipped ffmpeg. Its folder is named for the
 * sources of its recipe.
 */
export function fixturePath(name: string): Promise<string> {
	const all: { file: string; fixtures: Recipe[] }[] = [...groups, ...faultyGroups];
	const group = all.find(({ fixtures }) => fixtures.some(fixture => fixture.name === name));
	const fixture = group?.fixtures.find(candidate => candidate.name === name);
	if (!group || !fixture) throw new Error(`No fixture ${name}`);
	const folder = join(cache, `${basename(group.file, '.ts')}-${hashOf(...sourcesOf(group.file))}`);
	const path = join(folder, name);
	const made = making.get(path) ?? (existsSync(path) ? Promise.resolve(path) : make(fixture, folder, path));
	making.set(path, made);
	return made;
}

const make = async (fixture: Recipe, folder: string, path: string): Promise<string> => {
	mkdirSync(folder, { recursive: true });
	const work = mkdtempSync(join(folder, 'making-'));
	const out = join(work, fixture.name);
	try {
		await fixture.make(fixtureContext(work, out));
		renameSync(out, path);
	} catch (error) {
		throw new Error(`Fixture ${fixture.name} could not be made`, { cause: error });
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
	return path;
};

const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'];

const fixtureContext = (work: string, out: string): FixtureContext => ({
	out,
	aside: name => join(work, name),
	fixture: fixturePath,
	pictures: size => pictures({ width: 320, height: 180, frames: 120, ...size }),
	ffmpeg: async (...args) => void (await run(ffmpeg.path, [...quiet, ...args])),
	ffmpegToPipe: async (...args) => {
		const { stdout } = await run(ffmpeg.path, [...quiet, ...args, 'pipe:1'], { encoding: 'buffer', maxBuffer: 1e9 });
		writeFileSync(out, stdout);
	},
	newerFfmpeg: async (...args) => void (await run(newerFfmpeg, [...quiet, ...args])),
});

const pictures = (size: MasterSize): string[] => {
	const { width, height, frames } = size;
	const path = join(cache, `master-${hashOf(master)}`, `${width}x${height}x${frames}.rgb`);
	writeMaster(path, size);
	return ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', '30', '-i', path];
};
