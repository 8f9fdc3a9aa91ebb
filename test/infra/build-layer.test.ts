import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildLayer } from '../../layers/build-layer.ts';
import { checkProgram } from '../../layers/ffmpeg-program.ts';
import { download } from '../../layers/locked-packages.ts';
import { hostTarget } from '../../layers/target.ts';

const repository = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'framefan-layers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const made = (name: string): string => {
	mkdirSync(join(folder, name));
	return join(folder, name);
};
const linux = { platform: 'linux', arch: 'x64' };

describe('the fingerprint of a layer changes', () => {
	/** A copy of what makes the fingerprint, which a test may change. */
	const copy = (name: string) => {
		const root = made(name);
		for (const file of ['layers', 'functions/shared/errors.ts', 'package-lock.json', 'package.json'])
			cpSync(join(repository, file), join(root, file), { recursive: true });
		return root;
	};
	const print = (root: string, ...values: unknown[]): string => {
		const module = pathToFileURL(join(root, 'layers', 'fingerprint.ts')).href;
		const code = `const { layerFingerprint } = await import(${JSON.stringify(module)}); console.log(layerFingerprint(...${JSON.stringify(values)}));`;
		const options = ['--import', pathToFileURL(join(repository, 'node_modules/tsx/dist/loader.mjs')).href];
		return execFileSync(process.execPath, [...options, '--input-type=module', '-e', code], { encoding: 'utf8' });
	};
	let before: string;
	beforeAll(() => {
		before = print(copy('unchanged'), 'sharp', linux);
	});

	test('not with the folder that it is in', () => {
		expect(print(copy('elsewhere'), 'sharp', linux)).toBe(before);
	});
	test.each(['build-layer.ts', 'licences/LGPL-3.0.txt'])('with %s', file => {
		const root = copy(`with-${file.replace('/', '-')}`);
		appendFileSync(join(root, 'layers', file), '\n');
		expect(print(root, 'sharp', linux)).not.toBe(before);
	});
	test.each(['version', 'integrity'])('with the %s of a package in the lock file', field => {
		const root = copy(`with-${field}`);
		const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
		lock.packages['node_modules/@img/sharp-libvips-linux-x64'][field] += '0';
		writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
		expect(print(root, 'sharp', linux)).not.toBe(before);
	});
	test('with the architecture, the layer and the program', () => {
		const root = copy('arguments');
		const program = join(root, 'ffmpeg');
		writeFileSync(program, 'one');
		const one = print(root, 'ffmpeg', linux, program);
		writeFileSync(program, 'two');
		const others = [print(root, 'ffmpeg', linux, program), print(root, 'sharp', { ...linux, arch: 'arm64' })];
		expect(new Set([before, one, ...others, print(root, 'ffmpeg', linux)]).size).toBe(5);
	});
});

describe('a layer has the licences of what is in it', () => {
	const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

	test('ffmpeg: the GPL, and where its source is', () => {
		const layer = made('ffmpeg');
		buildLayer('ffmpeg', hostTarget, layer);
		expect(read(layer, 'licences/ffmpeg/GPL-3.0.txt')).toMatch(/GNU GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007/);
		const version = execFileSync(join(layer, 'bin', 'ffmpeg'), ['-version'], { encoding: 'utf8' });
		const [, commit = ''] = /^ffmpeg version \S+-g([0-9a-f]+)/.exec(version) ?? [];
		expect(read(layer, 'licences/ffmpeg/README.txt')).toContain(`https://github.com/FFmpeg/FFmpeg/tree/${commit}\n`);
		expect(statSync(join(layer, 'bin', 'ffmpeg')).mode & 0o111).toBe(0o111);
	});
	test('sharp: the LGPL of libvips, and where its source is', () => {
		const layer = made('sharp');
		buildLayer('sharp', hostTarget, layer);
		expect(read(layer, 'licences/sharp/LGPL-3.0.txt')).toContain('GNU LESSER GENERAL PUBLIC LICENSE');
		expect(read(layer, 'licences/sharp/GPL-3.0.txt')).toContain('GNU GENERAL PUBLIC LICENSE');
		expect(read(layer, 'licences/sharp/Apache-2.0.txt')).toContain('Apache License');
		const source = /https:\/\/github.com\/libvips\/libvips\/tree\/v\d+\.\d+\.\d+\n/;
		expect(read(layer, 'licences/sharp/README.txt')).toMatch(source);
	});
	test('another ffmpeg: that this is for its maker to tell', () => {
		const layer = made('other');
		const program = join(folder, 'other-ffmpeg');
		writeFileSync(program, 'a program');
		buildLayer('ffmpeg', linux, layer, program);
		expect(read(layer, 'bin', 'ffmpeg')).toBe('a program');
		expect(read(layer, 'licences/ffmpeg/README.txt')).toContain('Whoever made it tells its licence');
	});
});

test('an ffmpeg for another machine is refused, with what it is for', () => {
	const elf = (machine: number): string => {
		const path = join(folder, `elf-${machine}`);
		const head = Buffer.alloc(64);
		head.write('\x7fELF', 'latin1');
		head.writeUInt16LE(machine, 18);
		writeFileSync(path, head);
		return path;
	};
	expect(() => checkProgram(elf(0x3e), linux)).not.toThrow();
	expect(() => checkProgram(elf(0xb7), { ...linux, arch: 'arm64' })).not.toThrow();
	expect(() => checkProgram(elf(0xb7), linux)).toThrow('is for arm64, and the functions are x64: name a build');
	expect(() => checkProgram(elf(0x28), linux)).toThrow('is for another machine');
	expect(() => checkProgram(join(repository, 'package.json'), linux)).toThrow('not a program for Linux');
	expect(() => checkProgram('/nowhere', linux)).toThrow("/nowhere can't be read: ENOENT");
});

describe('a package that is downloaded for another machine', () => {
	const name = 'framefan-tiny';
	const integrityOf = (bytes: Uint8Array | string) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
	let archive: Buffer;
	let registry: Worker;

	// In a thread of its own, since npm is waited for.
	const serve = `
		const { workerData, parentPort } = require('node:worker_threads');
		const server = require('node:http').createServer(({ url }, answer) => {
			if (url.endsWith('.tgz')) return answer.end(workerData.archive);
			const { name, integrity } = workerData;
			const tarball = 'http://127.0.0.1:' + server.address().port + '/' + name + '.tgz';
			const versions = { '1.0.0': { name, version: '1.0.0', dist: { tarball, integrity } } };
			answer.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions }));
		});
		server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

	beforeAll(async () => {
		const source = made('tiny');
		writeFileSync(join(source, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
		execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: source });
		archive = readFileSync(join(folder, `${name}-1.0.0.tgz`));
		registry = new Worker(serve, { eval: true, workerData: { name, archive, integrity: integrityOf(archive) } });
		const port = await new Promise(resolve => registry.once('message', resolve));
		vi.stubEnv('npm_config_registry', `http://127.0.0.1:${port}/`);
		vi.stubEnv('npm_config_cache', join(folder, 'cache'));
	});
	afterAll(async () => {
		vi.unstubAllEnvs();
		await registry.terminate();
	});

	const arm = { platform: 'linux', arch: 'arm64' };
	test('is taken if it is the one of the lock file', () => {
		const scratch = made('right');
		download(scratch, [[name, { version: '1.0.0', integrity: integrityOf(archive) }]], arm);
		expect(readFileSync(join(scratch, 'node_modules', name, 'package.json'), 'utf8')).toContain(name);
	});
	test('is refused if the registry has other bytes, or the lock file has no hash', () => {
		const scratch = made('wrong');
		const other = { version: '1.0.0', integrity: integrityOf('what was locked') };
		expect(() => download(scratch, [[name, other]], arm)).toThrow('EINTEGRITY');
		expect(existsSync(join(scratch, 'node_modules', name))).toBe(false);
		expect(() => download(scratch, [[name, { version: '1.0.0' }]], arm)).toThrow(`no hash of ${name}`);
	});
});
