import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeFunction } from '#local/lambda/function.ts';
import { asOnLambda } from '#test/as-on-lambda/launch.ts';
import { lambdaNodes, runtimePrograms } from '#test/runtime-programs.ts';

const programs = await runtimePrograms();
const reason = 'unavailable' in programs ? programs.unavailable : undefined;
if (reason) console.error(`\nNOT RUN: the sandboxes of Lambda. ${reason}\n`);

let folder: string;
let layer: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'framefan-runtime-'));
	layer = join(folder, 'layer');
	mkdirSync(join(layer, 'nodejs', 'node_modules', 'from-layer'), { recursive: true });
	writeFileSync(join(layer, 'nodejs', 'node_modules', 'from-layer', 'index.js'), "module.exports = 'layer';");
	return () => rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(reason).each(lambdaNodes)('Node %s under the runtime interface client', version => {
	/** Runs a function of this source as on Lambda, and ends it. */
	const withFunction = async (name: string, source: string, use: (invoke: () => Promise<unknown>) => Promise<void>) => {
		if ('unavailable' in programs) return;
		const lambda = asOnLambda({ node: programs.nodes[version], client: programs.client });
		const taskRoot = join(folder, `${name}-${version}`);
		mkdirSync(taskRoot);
		writeFileSync(join(taskRoot, 'index.mjs'), source);
		const worker = makeFunction(
			{
				...{ name, arn: `arn:${name}`, handler: 'index.handler', taskRoot, layers: [layer] },
				...{ environment: {}, timeoutSeconds: 30, memoryMiB: 128 },
			},
			{ concurrency: 1, temporaryRoot: folder, logPath: join(folder, `${name}.log`), launch: lambda.launch },
		);
		try {
			await use(() => worker.invoke({}));
		} finally {
			await worker.close();
			lambda.close();
		}
	};

	test('a function finds code and layers where Lambda has them, and can write to /tmp alone', () =>
		withFunction(
			'places',
			`import { writeFileSync, readdirSync } from 'node:fs'; import { createRequire } from 'node:module';
			const writing = path => { try { writeFileSync(path + '/file', ''); return 'yes'; } catch (error) { return error.code; } };
			export const handler = async () => ({ node: process.versions.node.split('.')[0], file: import.meta.filename,
				layer: createRequire(import.meta.url)('from-layer'), user: process.getuid?.() === 0, folder: process.cwd(),
				writing: Object.fromEntries(['/tmp', '/var/task', '/opt', '/opt/nodejs', '/'].map(path => [path, writing(path)])) });`,
			async invoke =>
				expect(await invoke()).toEqual({
					...{ node: version, file: '/var/task/index.mjs', folder: '/var/task', layer: 'layer' },
					user: process.getuid?.() !== 0,
					writing: { '/tmp': 'yes', '/var/task': 'EROFS', '/opt': 'EROFS', '/opt/nodejs': 'EROFS', '/': 'EROFS' },
				}),
		));

	test('an error has its type, and a function that can not be loaded says why', async () => {
		await withFunction('throws', `export const handler = async () => { throw new RangeError('too far'); };`, invoke =>
			expect(invoke()).rejects.toMatchObject({ errorType: 'RangeError', message: 'too far' }),
		);
		await withFunction('missing', `import 'nowhere'; export const handler = async () => {};`, invoke =>
			expect(invoke()).rejects.toMatchObject({ message: expect.stringMatching(/nowhere|exit status/) }),
		);
	});

	test('a function that takes more memory than it is given is killed', () =>
		withFunction(
			'hoards',
			`export const handler = async () => { const kept = [];
				for (let n = 0; n < 40; n++) kept.push(Buffer.alloc(10e6, 1)); return kept.length; };`,
			invoke =>
				expect(invoke()).rejects.toMatchObject({
					errorType: 'Runtime.ExitError',
					message: expect.stringContaining('signal: killed'),
				}),
		));
});
