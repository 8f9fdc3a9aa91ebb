import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { withoutVersionWarning } from '#local/version-warning.ts';
import type { ImageFormat } from '#shared/video/picture/image-format.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';
import { imageFormat } from '../../cli/image-options.ts';
import { wholeNumber } from '../../cli/options.ts';
import { differences, whereTheyPart } from './fingerprint.ts';
import { makePlan, type Plan } from './plan.ts';
import { type Result, runSeed } from './run-seed.ts';
import { startWorld } from './world.ts';

/**
 * Samples a small project again and again while sandboxes are killed, messages come twice and late, stores and server
 * fail, and everything is started again in the middle. Each destination and each report must be that of a calm run.
 */
const { seeds, from, worlds, format, keep } = new Command('chaos')
	.option('--seeds <n>', 'how many', wholeNumber(1), 20)
	.option('--from <n>', 'the first', wholeNumber(0), 1)
	.option('--worlds <n>', 'how many at one time: most of a run is waiting', wholeNumber(1), 3)
	.option('--format <format>', 'png, jpg or webp: of the images', imageFormat, 'png')
	.option('--keep', 'leaves the folder with all logs')
	.parse()
	.opts<{ seeds: number; from: number; worlds: number; format: ImageFormat; keep?: boolean }>();

Object.assign(process.env, withoutVersionWarning);

const folder = mkdtempSync(join(tmpdir(), 'framefan-chaos-'));
const tiny = join(folder, 'tiny');
await writeTinyVideoProject(tiny);
// One that can't be read: its fault has to be there once, each time.
const whole = readFileSync(join(tiny, 'street', 'video', 'first.mp4'));
writeFileSync(join(tiny, 'street', 'video', 'broken.mp4'), whole.subarray(0, 1000));
copyFileSync(join(tiny, 'street', 'ann', 'first.mp4.json'), join(tiny, 'street', 'ann', 'broken.mp4.json'));

const left = Array.from({ length: seeds }, (_, at) => from + at);
let failed = 0;

/** Works off seeds, one after the other, in a world of its own. */
const inOneWorld = async (name: string): Promise<void> => {
	const own = join(folder, name);
	const world = await startWorld(own);
	try {
		const { id: project } = await world.server.importVideoProject(tiny);
		const calm = await runSeed(world, { seed: 0, plan: undefined, project, format, folder: own });
		for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
			const plan = makePlan(seed);
			const result = await runSeed(world, { seed, plan, project, format, folder: own }).catch((error: Error) => error);
			world.calm();
			const wrong = result instanceof Error ? [result.message] : compared(calm, result);
			const seconds = result instanceof Error ? '' : `, ${result.seconds} s`;
			if (wrong.length > 0) failed++;
			console.log(`seed ${seed}: ${wrong.length === 0 ? 'the same' : 'NOT THE SAME'}${seconds}  ${told(plan)}`);
			for (const line of wrong.slice(0, 5)) console.log(`  ${line}`);
		}
	} finally {
		await world.close();
	}
};

function compared(calm: Result, result: Result): string[] {
	const wrong = differences(calm.destination, result.destination);
	if (calm.report !== result.report) wrong.push(`report: ${whereTheyPart(calm.report, result.report)}`);
	return wrong;
}

function told({ remote, kills, killAtWrites, restarts, s3, sqs, visibilitySeconds }: Plan): string {
	const shares = Object.entries({ ...s3, ...sqs }).filter(([, share]) => share > 0);
	return [
		`${remote.length} remote faults`,
		...shares.map(([name, share]) => `${name} ${Math.round(share * 100)} %`),
		`hidden for ${visibilitySeconds} s`,
		`${kills.length} kills`,
		...killAtWrites.map(({ worker, key, when }) => `${worker} killed ${when} ${key.source.replaceAll('\\', '')}`),
		restarts.length > 0 ? 'restart' : '',
	]
		.filter(Boolean)
		.join(', ');
}

await Promise.all(Array.from({ length: Math.min(worlds, seeds) }, (_, at) => inOneWorld(`world-${at + 1}`)));
console.log(failed === 0 ? `${seeds} seeds, all the same as in calm` : `${failed} of ${seeds} seeds are not the same`);
if (failed > 0) console.log(`logs are in ${folder}`);
if (failed > 0) process.exitCode = 1;
else if (!keep) rmSync(folder, { recursive: true, force: true });
