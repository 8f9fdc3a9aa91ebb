import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';
import { findCanaryVideo, otherFile, pixelsOf, uploadOnce } from '../canary/canary-project.ts';
import { comparePixels, type Difference, differencesTable } from '../canary/compare-pixels.ts';
import { knownPixels } from '../canary/known-pixels.ts';
import { checkServer } from '../check-server.ts';
import { sentenceOf, UsageError } from '../failure.ts';
import { checkWhere, openApi } from '../open-api.ts';
import { checkAddress, wholeNumber } from '../options.ts';
import { fitted, printLine } from '../print-line.ts';
import { printFaults } from '../print-sampling.ts';
import { sampleOnDeployment } from '../sample-on-deployment.ts';
import { closingAll } from '../shutdown.ts';
import { findToken } from '../token.ts';

type CanaryOptions = { api?: string; local?: boolean; server?: string; project?: number; json?: boolean };

/** The result. `message` says why the sampling failed as a whole, or that the file on the server is another one. */
type Outcome = {
	state: 'exact' | 'different' | 'failed';
	frames: number;
	destination: SamplingStatus['destination'];
	differences: Difference[];
	faults: SamplingStatus['faults'];
	message: string | null;
	seconds: number;
};

export function addCanary(program: Command): void {
	program
		.command('canary')
		.description('Samples one known tiny video, and compares the pixels of the images with the known ones')
		.option('--api <url>', 'URL of the HTTP API of the deployment that samples')
		.option('--local', 'samples on this machine')
		.option('--server <url>', 'address of the Supervisely server')
		.option('--project <id>', 'video project that has the known video', wholeNumber(1))
		.option('--json', 'prints one line of JSON')
		.addHelpText('after', fitted(`\nBefore the first run, ${uploadOnce}.`, { isTTY: true }, 0))
		.action(canary);
}

const canary = (options: CanaryOptions): Promise<void> => {
	checkWhere(options);
	const { server, project, json } = options;
	if (server === undefined)
		throw new UsageError('--server is missing: the video and the images are on a Supervisely server, give its address');
	checkAddress('--server', server, 'https://app.supervisely.com');
	if (project === undefined) throw new UsageError(`--project is missing: ${uploadOnce}`);
	return closingAll(async onClose => {
		const outcome = await run({ ...options, server, project }, onClose).catch(error => {
			if (json) tell(failed(sentenceOf(error)), json);
			throw error;
		});
		tell(outcome, json);
	});
};

const run = async (
	{ api, server, project }: CanaryOptions & { server: string; project: number },
	onClose: (close: () => unknown) => void,
): Promise<Outcome> => {
	const token = await findToken(server);
	await checkServer(server, token, project);
	const http = connectSupervisely(server, async () => token, { quick: true });
	const supervisely = makeSuperviselyApi(http);
	const video = await findCanaryVideo(supervisely, project);
	const request: SamplingRequestInput = {
		source: { projectId: project, videoIds: [video] },
		// A new project, since images that already exist would not be uploaded.
		destination: { name: `framefan canary ${new Date().toISOString().slice(0, 19)}` },
	};
	const sampling = api === undefined ? sampleHere({ server, token, request, onClose }) : sampleThere(api, request);
	const { status, seconds } = await sampling;
	const { destination, faults, reason } = status;
	if (destination === null || reason !== null)
		return { ...failed(reason ?? 'The sampling has no destination'), destination, seconds };
	const differences = comparePixels(knownPixels, await pixelsOf(http, supervisely, destination.id));
	const isExact = differences.length === 0 && faults.length === 0;
	const message = isExact ? null : ((await otherFile(supervisely, video)) ?? null);
	const state = isExact ? 'exact' : 'different';
	return { state, frames: knownPixels.length, destination, differences, faults, message, seconds };
};

const failed = (message: string): Outcome => ({
	...{ state: 'failed', frames: knownPixels.length, destination: null, differences: [], faults: [] },
	...{ message, seconds: 0 },
});

const silent = { show: () => {}, end: () => {} };

const sampleThere = async (api: string, request: SamplingRequestInput): ReturnType<typeof sampleOnDeployment> =>
	sampleOnDeployment(await openApi(api), request, { progress: silent, onStart: () => {} });

/** Samples on a local stack whose state is gone afterwards. */
const sampleHere = async ({
	request,
	onClose,
	...where
}: {
	server: string;
	token: string;
	request: SamplingRequestInput;
	onClose: (close: () => unknown) => void;
}): ReturnType<typeof sampleOnDeployment> => {
	const { sampleOnLocalStack } = await import('../sample-on-local-stack.ts');
	const dataDir = mkdtempSync(join(tmpdir(), 'framefan-canary-'));
	onClose(() => rmSync(dataDir, { recursive: true, force: true }));
	const whole = { ...request, clientToken: crypto.randomUUID() };
	const common = { dataDir, goesOn: false, framesPerChunk: 100, progress: silent, onClose };
	return sampleOnLocalStack({ ...where, ...common, request: whole });
};

const tell = (outcome: Outcome, json: boolean | undefined): void => {
	const { state, frames, destination, differences, message, seconds } = outcome;
	process.exitCode = state === 'exact' ? 0 : 1;
	const where = `project ${destination?.id} ${JSON.stringify(destination?.name)}`;
	if (json) console.log(JSON.stringify(outcome));
	else if (state === 'exact') console.log(`All ${frames} frames are exact, in ${seconds} s: ${where}`);
	else {
		const differ = `${differences.length} frames differ from the ${frames} known ones: ${where}`;
		printLine(process.stderr, 'error', message ?? differ);
		if (differences.length > 0) console.log(differencesTable(differences));
		printFaults({ ...outcome, faultCount: outcome.faults.length });
	}
};
