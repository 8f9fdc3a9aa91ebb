import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type LocalFunction, makeFunction } from '#local/lambda/function.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-lambda-'));
const made: LocalFunction[] = [];
afterAll(async () => {
	await Promise.all(made.map(worker => worker.close()));
	rmSync(folder, { recursive: true, force: true });
});

const temporaryRoot = join(folder, 'tmp');
mkdirSync(temporaryRoot);

/** A function of this source, deployed on its own. */
const deploy = (name: string, source: string, more: { timeoutSeconds?: number; concurrency?: number } = {}) => {
	const taskRoot = join(folder, name);
	mkdirSync(taskRoot);
	writeFileSync(join(taskRoot, 'index.mjs'), source);
	const layer = join(folder, `${name}-layer`);
	mkdirSync(join(layer, 'nodejs', 'node_modules', 'from-layer'), { recursive: true });
	mkdirSync(join(layer, 'bin'));
	writeFileSync(join(layer, 'bin', 'program'), '');
	writeFileSync(join(layer, 'nodejs', 'node_modules', 'from-layer', 'index.js'), "module.exports = 'layer';");
	const worker = makeFunction(
		{
			...{ name, arn: `arn:${name}`, handler: 'index.handler', taskRoot, layers: [layer] },
			...{
				environment: { GREETING: 'hello', PROGRAM: '/opt/bin/program', OTHER: '/opt/bin/other' },
				timeoutSeconds: more.timeoutSeconds ?? 5,
				memoryMiB: 128,
			},
		},
		{ concurrency: more.concurrency ?? 2, temporaryRoot, logPath: join(folder, `${name}.log`) },
	);
	made.push(worker);
	return worker;
};

test('a warm sandbox is used again, and has its own environment, temporary folder and layers', async () => {
	const worker = deploy(
		'warm',
		`import { tmpdir } from 'node:os'; import { createRequire } from 'node:module';
		let calls = 0;
		export const handler = async (event, context) => ({ calls: ++calls, echo: event, greeting: process.env.GREETING,
			home: process.env.SHELL, temporary: tmpdir(), layer: createRequire(import.meta.url)('from-layer'),
			left: context.getRemainingTimeInMillis() });`,
	);
	const first = (await worker.invoke({ n: 1 })) as Record<string, unknown>;
	expect(first).toMatchObject({ calls: 1, echo: { n: 1 }, greeting: 'hello', layer: 'layer' });
	expect(first.home).toBeUndefined();
	expect(String(first.temporary).startsWith(temporaryRoot)).toBe(true);
	expect(first.left).toBeGreaterThan(3000);
	expect(await worker.invoke({})).toMatchObject({ calls: 2 });
	expect(worker.pids()).toHaveLength(1);
});

test('an invocation that would wait for a new sandbox gets one that has finished before', async () => {
	const worker = deploy(
		'slow-start',
		`await new Promise(resolve => setTimeout(resolve, 1500));
		export const handler = async () => { await new Promise(resolve => setTimeout(resolve, 200)); return process.pid; };`,
	);
	const first = await worker.invoke({});
	expect(await Promise.all([worker.invoke({}), worker.invoke({})])).toEqual([first, first]);
});

test('short work waits for the sandbox that is busy, long work gets one of its own', async () => {
	const worker = deploy('patient', 'export const handler = ({ ms }) => new Promise(done => setTimeout(done, ms));');
	await worker.invoke({ ms: 0 });
	await Promise.all([worker.invoke({ ms: 20 }), worker.invoke({ ms: 20 })]);
	expect(worker.pids()).toHaveLength(1);
	await Promise.all([worker.invoke({ ms: 2000 }), worker.invoke({ ms: 2000 })]);
	expect(worker.pids()).toHaveLength(2);
});

test('an error is reported with its type, and the sandbox lives on', async () => {
	const worker = deploy('throws', `export const handler = async () => { throw new RangeError('too far'); };`);
	await expect(worker.invoke({})).rejects.toMatchObject({ errorType: 'RangeError', message: 'too far' });
	expect(worker.pids()).toHaveLength(1);
});

test('the deadline kills the process and removes its temporary folder', async () => {
	const worker = deploy(
		'slow',
		`import { tmpdir } from 'node:os'; import { writeFileSync } from 'node:fs';
		export const handler = async () => { console.log(tmpdir()); writeFileSync(tmpdir() + '/left', 'x'); for (;;) {} };`,
		{ timeoutSeconds: 1 },
	);
	await expect(worker.invoke({})).rejects.toMatchObject({
		errorType: 'Sandbox.Timedout',
		message: expect.stringContaining('Task timed out after 1.00 seconds'),
	});
	const temporary = readFileSync(join(folder, 'slow.log'), 'utf8').trim();
	await expect.poll(() => existsSync(temporary)).toBe(false);
	expect(worker.pids()).toHaveLength(0);
});

test('exit and failed start are reported as Lambda does', async () => {
	const exits = deploy('exits', `export const handler = async () => process.exit(3);`);
	await expect(exits.invoke({})).rejects.toMatchObject({
		errorType: 'Runtime.ExitError',
		message: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 3$/),
	});
	const broken = deploy('broken', `throw new Error('no start');`);
	await expect(broken.invoke({})).rejects.toMatchObject({ message: expect.stringMatching(/no start|exit status 1/) });
	const nameless = deploy('nameless', `export const other = 1;`);
	await expect(nameless.invoke({})).rejects.toMatchObject({
		message: expect.stringMatching(/not exported|exit status 1/),
	});
});

test('beyond its concurrency a function is throttled', async () => {
	const worker = deploy('busy', `export const handler = () => new Promise(resolve => setTimeout(resolve, 500));`, {
		concurrency: 1,
	});
	const first = worker.invoke({});
	await expect(worker.invoke({})).rejects.toMatchObject({ errorType: 'TooManyRequestsException' });
	await first;
	await worker.invoke({});
});

test('a variable that names a file of a layer names it where the layer is here', async () => {
	const worker = deploy(
		'paths',
		'export const handler = async () => ({ program: process.env.PROGRAM, other: process.env.OTHER });',
	);
	const program = join(folder, 'paths-layer', 'bin', 'program');
	expect(await worker.invoke({})).toEqual({ program, other: '/opt/bin/other' });
});

test('the heap has the share of the memory that it has on Lambda', async () => {
	const worker = deploy('heap', 'export const handler = async () => process.execArgv;');
	expect(await worker.invoke({})).toEqual(['--max-semi-space-size=6', '--max-old-space-size=116']);
});

/** Whether a process is there, and is not a dead one that nobody has waited for. */
const hasMemory = (pid: string) =>
	existsSync(`/proc/${pid}/status`) && readFileSync(`/proc/${pid}/status`, 'utf8').includes('VmRSS');

/** A program that takes more and more memory, beside the heap. */
const hoard = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(5e6, 1)), 50);';

describe.runIf(existsSync('/proc/self/status'))('a sandbox with more memory than its function is given', () => {
	test.each([
		['alone', `${hoard} await new Promise(() => {});`],
		[
			'with a child',
			`const { spawn } = await import('node:child_process');
			const { pid } = spawn(process.execPath, ['-e', ${JSON.stringify(hoard)}]);
			console.log('child ' + pid); await new Promise(() => {});`,
		],
	])('is killed %s, and the next invocation gets a new one', async (name, work) => {
		const file = name.replace(' ', '-');
		const worker = deploy(file, `export const handler = async event => { if (event.small) return 'done'; ${work} };`, {
			timeoutSeconds: 60,
		});
		await expect(worker.invoke({})).rejects.toMatchObject({
			errorType: 'Runtime.ExitError',
			message: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: signal: killed$/),
		});
		const log = readFileSync(join(folder, `${file}.log`), 'utf8');
		expect(log).toMatch(/signal: killed Runtime.ExitError Memory Size: 128 MB Max Memory Used: \d+ MB\n/);
		const child = /child (\d+)/.exec(log)?.[1];
		if (child) await expect.poll(() => hasMemory(child)).toBe(false);
		expect(worker.pids()).toHaveLength(0);
		expect(await worker.invoke({ small: true })).toBe('done');
	});
});
