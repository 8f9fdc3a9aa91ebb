import { join } from 'node:path';
import type { ImageFormat } from '#shared/video/picture/image-format.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import type { Plan } from './plan.ts';
import { makeRandom } from './random.ts';
import type { World } from './world.ts';

/** What a run has left behind, with everything in it that has to be the same each time. */
export type Result = { destination: Fingerprint; report: string; seconds: number };

const longestSeconds = 240;

/** Samples the project into a new destination while a plan's troubles come over it; without a plan, in peace. */
export async function runSeed(
	world: World,
	options: { seed: number; plan: Plan | undefined; project: number; format: ImageFormat; folder: string },
): Promise<Result> {
	const { seed, plan, project, format, folder } = options;
	const started = Date.now();
	const elapsed = () => (Date.now() - started) / 1000;
	const request = {
		source: { projectId: project },
		destination: { name: `seed ${seed} ${plan ? 'chaos' : 'calm'} ${started}` },
		settings: { format },
		clientToken: `seed-${seed}-${started}`,
	};
	if (plan) await world.setTrouble(plan, seed);
	const random = makeRandom(seed + 2_000_000);
	const id = await untilDone(async () => (await world.stack().api.start(request)).id);
	const events = [
		...(plan?.kills ?? []).map(at => ({
			at,
			run: () => world.killSandbox(undefined, pids => (pids.length > 0 ? random.pick(pids) : undefined)),
		})),
		...(plan?.restarts ?? []).map(at => ({ at, run: () => world.restart() })),
	].sort((a, b) => a.at - b.at);
	let status: SamplingStatus;
	for (;;) {
		if (events[0] && elapsed() > events[0].at) await events.shift()?.run();
		status = await untilDone(() => world.stack().api.status(id));
		if (status.state !== 'running' && events.length === 0) break;
		if (elapsed() > longestSeconds)
			throw new Error(`It is ${status.state} after ${longestSeconds} s: ${JSON.stringify(status)}`);
		await new Promise(resolve => setTimeout(resolve, 50));
	}
	world.calm();
	const { destination } = status;
	if (!destination) throw new Error(`It ended without a destination: ${status.reason}`);
	const report = (await world.read(`samplings/${id}/report.json`)) as object;
	const seconds = Math.round(elapsed() * 10) / 10;
	return {
		destination: await fingerprint(world.server, destination.id, join(folder, 'export')),
		report: exact(status, report),
		seconds,
	};
}

/** The counts and faults of a sampling and of its report, apart from what is of the run itself. */
const exact = (status: SamplingStatus, report: object): string => {
	const { state, videos, framesPlanned, framesUploaded, framesAlreadyThere, labels, faultCount, faults } = status;
	const { videos: rows, faults: others } = report as { videos: { id: number }[]; faults: unknown[] };
	return JSON.stringify(
		{
			...{ state, videos, framesPlanned, framesUploaded, framesAlreadyThere, labels, faultCount, faults },
			rows: rows.toSorted((a, b) => a.id - b.id),
			others,
		},
		null,
		1,
	);
};

/** An API whose functions are killed and whose stores fail answers later. */
const untilDone = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
	for (let attempt = 0; ; attempt++) {
		try {
			return await ask();
		} catch (error) {
			if (attempt === 100) throw error;
			await new Promise(resolve => setTimeout(resolve, 100));
		}
	}
};
