import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import { lastJson } from '#test/framefan-command.ts';
import { tiny, tinyVideos, writeTinyVideoProject } from '#test/tiny-video-project.ts';

const repository = dirname(dirname(import.meta.dirname));
const folder = mkdtempSync(join(tmpdir(), 'framefan-package-'));
const program = join(folder, 'program');
let server: SuperviselyServer;
let project: number;

/** Runs a command in a folder, and gives its output. */
const run = async (cwd: string, command: string, ...args: string[]): Promise<string> =>
	(await promisify(execFile)(command, args, { cwd, env: { ...process.env, SUPERVISELY_API_TOKEN: server.token } }))
		.stdout;

beforeAll(async () => {
	await writeTinyVideoProject(join(folder, 'tiny'));
	server = await startSuperviselyServer({ dataDir: join(folder, 'server') });
	project = (await server.importVideoProject(join(folder, 'tiny'))).id;
	mkdirSync(program);
	writeFileSync(join(program, 'package.json'), JSON.stringify({ type: 'module', private: true }));
	await run(repository, 'npm', 'pack', '--pack-destination', folder);
	const [archive = ''] = readdirSync(folder).filter(name => name.endsWith('.tgz'));
	await run(program, 'npm', 'install', '--no-audit', '--no-fund', join(folder, archive));
}, 300_000);
afterAll(async () => {
	await server?.close();
	rmSync(folder, { recursive: true, force: true });
});

test('what only deploys, builds or tests is not installed', () => {
	for (const name of ['@aws-lambda-powertools', 'aws-cdk-lib', 'constructs', 'rollup', 'typescript', 'vitest'])
		expect(existsSync(join(program, 'node_modules', name)), name).toBe(false);
});

test('the installed command samples a project on its local stack', async () => {
	const where = ['--server', server.address, '--project', String(project)];
	const stdout = await run(program, 'npx', 'framefan', 'sample', ...where, '--step', '10', '--json');
	expect(lastJson(stdout)).toMatchObject({ state: 'completed', framesUploaded: 6, faults: [] });
	// Nothing was synthesized: the template came with the package.
	const cache = join(program, 'node_modules', 'framefan', 'node_modules', '.cache', 'framefan');
	expect(readdirSync(cache).filter(name => name.startsWith('assembly-'))).toEqual([]);
});

test('a program samples a project with the installed library', async () => {
	writeFileSync(
		join(program, 'sample.js'),
		`import { SuperviselyClient, sampleVideoProject } from 'framefan';
		const client = new SuperviselyClient('${server.address}', process.env.SUPERVISELY_API_TOKEN);
		const { framesUploaded, faults } = await sampleVideoProject(client, ${project}, {}, { name: 'by a program' });
		console.log(JSON.stringify({ framesUploaded, faults }));`,
	);
	expect(lastJson(await run(program, 'node', 'sample.js'))).toEqual({
		framesUploaded: tinyVideos.length * tiny.frames,
		faults: [],
	});
});

test('a program can tell the errors of the library from others, by the message', async () => {
	writeFileSync(
		join(program, 'refused.js'),
		`import { FramefanError, SuperviselyClient, sampleVideo, sampleVideoProject, streamVideoFrames } from 'framefan';
		const to = token => new SuperviselyClient('${server.address}', token);
		const own = to(process.env.SUPERVISELY_API_TOKEN);
		const told = [];
		for (const call of [
			() => sampleVideoProject(own, 99999, {}),
			() => sampleVideo(own, 99999, 1, {}),
			() => streamVideoFrames(own, 99999).next(),
			() => streamVideoFrames(to('another'), 99999).next(),
			() => sampleVideoProject(own, ${project}, {}, { concurrency: 0 }),
		])
			await call().catch(error => told.push([error instanceof FramefanError, error.message]));
		console.log(JSON.stringify({ told }));`,
	);
	expect(lastJson(await run(program, 'node', 'refused.js')).told).toEqual([
		[true, expect.stringMatching(/no project 99999/)],
		[true, expect.stringMatching(/no video 99999/)],
		[true, expect.stringMatching(/no video 99999/)],
		[true, expect.stringMatching(/refused the API token/)],
		[false, expect.stringMatching(/concurrency is 0/)],
	]);
});

test('its types are one file that imports nothing, with an example for each function', () => {
	const dist = join(program, 'node_modules', 'framefan', 'dist');
	const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.d.ts'));
	expect(files).toEqual(['index.d.ts']);
	const text = readFileSync(join(dist, 'index.d.ts'), 'utf8');
	expect(text).not.toMatch(/^import|import\(|^\/\/\/ <reference/m);
	const functions = text.match(/^declare (function|class) /gm) ?? [];
	expect(functions.length).toBeGreaterThan(4);
	expect(text.match(/^ \* @example/gm)).toHaveLength(functions.length);
});

test('a strict TypeScript program that checks declarations of libraries compiles against it', async () => {
	writeFileSync(
		join(program, 'typed.ts'),
		`import { FramefanError, type SamplingSettings, SuperviselyClient, sampleVideoProject, streamVideoFrames } from 'framefan';
		const client = new SuperviselyClient('https://app.supervisely.com', 'token');
		const settings: SamplingSettings = { step: 10, resize: [720, 1280], format: 'jpg' };
		const { framesUploaded } = await sampleVideoProject(client, 1, settings);
		const uploaded: number = framesUploaded;
		try {
			for await (const { data } of streamVideoFrames(client, 5, { start: 1, end: 2 })) console.log(uploaded, data.length);
		} catch (error) {
			const message: string = error instanceof FramefanError ? error.message : String(error);
			console.log(message);
		}`,
	);
	const compilerOptions = {
		...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
		...{ module: 'nodenext', target: 'es2023', noEmit: true },
		types: [],
	};
	writeFileSync(join(program, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }));
	await run(program, process.execPath, join(repository, 'node_modules', 'typescript', 'bin', 'tsc'));
});
