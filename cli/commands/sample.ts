import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type SamplingRequestInput, samplingId } from '#shared/sampling/request.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';
import { checkServer } from '../check-server.ts';
import { lockDataFolder } from '../data-folder.ts';
import { UsageError } from '../failure.ts';
import { knownVideosFolder } from '../known-videos-folder.ts';
import { apiExample, openApi } from '../open-api.ts';
import { checkAddress, folderName } from '../options.ts';
import { tellEnd, tellFailure } from '../print-sampling.ts';
import { showProgress } from '../progress.ts';
import type { Pruned } from '../prune/prune-images.ts';
import { addRequestOptions, inOptions, type RequestOptions, tellingOptions, toRequest } from '../request-options.ts';
import { finishRun, openRun } from '../run-token.ts';
import { sampleOnDeployment } from '../sample-on-deployment.ts';
import { closingAll, goesOn as tellGoesOn } from '../shutdown.ts';
import { findToken } from '../token.ts';

type LocalOptions = RequestOptions & { server: string; data: string; json?: boolean; prune?: boolean; yes?: boolean };
type SampleOptions = Omit<LocalOptions, 'server'> & { server?: string; api?: string };

export function addSample(program: Command): void {
	addRequestOptions(
		program
			.command('sample')
			.description('Samples a video project on a Supervisely server into an images project')
			.option('--server <url>', 'address of the server, to sample on this machine')
			.option('--api <url>', "URL of a deployment's HTTP API, to sample on AWS"),
	)
		.option(
			'--data <folder>',
			'with --server: folder for the state, to continue after an interruption',
			folderName,
			'.framefan',
		)
		.option(
			'--prune',
			'with --server: then removes images of these videos that the settings do not take; lists them first',
		)
		.option('--yes', 'with --prune: removes them without asking')
		.option('--json', 'prints one line of JSON at the end')
		.addHelpText(
			'after',
			'\nWith --server, the API token is read from SUPERVISELY_API_TOKEN, API_TOKEN or\n~/supervisely.env, or prompted for.',
		)
		.action(sample);
}

const sample = async (options: SampleOptions): Promise<void> => {
	const request = toRequest(options);
	const { server, api } = options;
	if ((server === undefined) === (api === undefined))
		throw new UsageError('Give either --server URL, to sample on this machine, or --api URL of a deployment');
	if (options.yes && !options.prune) throw new UsageError('--yes is for --prune, which is not given');
	if (options.prune && api !== undefined)
		throw new UsageError('--prune is for --server; with --api use framefan prune ID once the sampling has ended');
	if (server !== undefined) checkAddress('--server', server, 'https://app.supervisely.com');
	if (api !== undefined) checkAddress('--api', api, apiExample);
	const farewell =
		api === undefined ? tellGoesOn : `Stopped following. The sampling goes on: framefan list --api ${api}`;
	let id: string | undefined;
	let line = {};
	await closingAll(async onClose => {
		const ended =
			api === undefined ? run({ ...options, server: String(server) }, request, onClose) : follow(api, request);
		const { status, seconds } = await tellingOptions(options, ended).catch(error => {
			if (options.json && !(error instanceof UsageError)) tellFailure(error);
			throw error;
		});
		const reason = status.reason === null ? null : inOptions(status.reason, options);
		line = tellEnd({ ...status, reason }, seconds, options.json);
		if (options.json && !options.prune) console.log(JSON.stringify(line));
		id = status.id;
	}, farewell);
	if (!options.prune || id === undefined) return;
	const { prune } = await import('./prune.ts');
	let pruned: Pruned | undefined;
	try {
		pruned = await prune(id, { ...options, local: true });
	} finally {
		if (options.json) console.log(JSON.stringify({ ...line, pruned }));
	}
};

const follow = async (api: string, request: SamplingRequestInput): ReturnType<typeof sampleOnDeployment> => {
	const onStart = (id: string) => void process.stderr.write(`Sampling ${id} has started.\n`);
	return sampleOnDeployment(await openApi(api), request, { progress: showProgress(), onStart });
};

const run = async (
	options: LocalOptions,
	request: SamplingRequestInput,
	onClose: (close: () => unknown) => void,
): Promise<{ status: SamplingStatus; seconds: number }> => {
	const token = await findToken(options.server);
	const checking = checkServer(options.server, token, options.project);
	checking.catch(() => {});
	// Loaded while the server answers.
	const [{ sampleOnLocalStack }, { keepLocalSampling }] = await Promise.all([
		import('../sample-on-local-stack.ts'),
		import('../local-samplings.ts'),
	]);
	await checking;
	// One folder per server and request, so that only the same command continues an interrupted sampling.
	const asked = createHash('sha256')
		.update(JSON.stringify([options.server, request]))
		.digest('hex')
		.slice(0, 12);
	const dataDir = join(options.data, `sampling-${asked}`);
	onClose(lockDataFolder(dataDir));
	const { clientToken, goesOn } = openRun(dataDir);
	if (goesOn) process.stderr.write('Continuing the unfinished sampling.\n');
	else for (const name of ['stack', 'seconds']) rmSync(join(dataDir, name), { recursive: true, force: true });
	const whole = { ...request, clientToken };
	keepLocalSampling(dataDir, { id: samplingId(clientToken), server: options.server, request: whole });
	const result = await sampleOnLocalStack({
		dataDir,
		knownVideos: knownVideosFolder(options.data, options.server),
		server: options.server,
		token,
		request: whole,
		goesOn,
		framesPerChunk: 100,
		progress: showProgress(),
		onClose,
	});
	if (!isRetryable(result.status)) finishRun(dataDir);
	return result;
};

/** Whether repeating the command retries this sampling instead of starting a new one. */
const isRetryable = ({ state, faults, faultCount }: SamplingStatus): boolean =>
	faultCount > faults.length ||
	state === 'failed' ||
	state === 'cancelled' ||
	faults.some(({ reason }) => reason === 'gave-up');
