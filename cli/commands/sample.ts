import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { FramefanError } from '#shared/errors.ts';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import type { Resize } from '#shared/video/picture/target-size.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';
import { checkServer } from '../check-server.ts';
import { takeDataFolder } from '../data-folder.ts';
import { heightByWidth, wholeNumber, wholeNumbers } from '../options.ts';
import { showProgress } from '../progress.ts';
import { runSampling } from '../run-sampling.ts';
import { closingAll, goesOn } from '../shutdown.ts';
import { findToken } from '../token.ts';
import { UsageError } from '../usage-error.ts';

type SampleOptions = {
	server: string;
	project: number;
	into?: number;
	name?: string;
	dataset?: number[];
	nested?: boolean;
	video?: number[];
	start?: number;
	end?: number;
	step?: number;
	annotated?: boolean;
	annotatedByTags?: boolean;
	resize?: Resize;
	labels: boolean;
	data: string;
	json?: boolean;
};

/** Faults that are printed one by one. */
const faultsShown = 10;

export const addSample = (program: Command): void => {
	program
		.command('sample')
		.description('Samples a video project of a Supervisely server into an images project, on this machine')
		.requiredOption('--server <url>', 'address of the server')
		.requiredOption('--project <id>', 'the video project', wholeNumber(1))
		.option('--into <id>', 'an existing images project; a new one unless told', wholeNumber(1))
		.option('--name <name>', 'name of the new project; "<source>(images)" unless told')
		.option('--dataset <id>', 'only this dataset; can be repeated', wholeNumbers(1))
		.option('--nested', 'with all datasets below those that were chosen')
		.option('--video <id>', 'only this video; can be repeated', wholeNumbers(1))
		.option('--start <n>', 'first frame', wholeNumber(0))
		.option('--end <n>', 'frame to stop before', wholeNumber(1))
		.option('--step <n>', 'every n-th frame', wholeNumber(1))
		.option('--annotated', 'only frames with figures')
		.option('--annotated-by-tags', 'only frames with figures, or with a tag of the video that has a frame range')
		.option(
			'--resize <HxW>',
			'height and width of the images in pixels; one of them keeps the proportions',
			heightByWidth,
		)
		.option('--no-labels', 'images alone')
		.option('--data <folder>', 'where the state is kept, to go on after a cut', '.framefan')
		.option('--json', 'ends with one line of JSON')
		.addHelpText(
			'after',
			'\nThe API token is read from SUPERVISELY_API_TOKEN, API_TOKEN or ~/supervisely.env, or asked for.',
		)
		.action(sample);
};

const toRequest = (options: SampleOptions): SamplingRequestInput => {
	const { start, end, step, annotated, annotatedByTags, resize, labels } = options;
	if (end !== undefined && end <= (start ?? 0)) {
		throw new UsageError(`--end is ${end} and --start is ${start ?? 0}: the end is exclusive, so it must be greater`);
	}
	if (options.into !== undefined && options.name !== undefined) {
		throw new UsageError(
			`--into ${options.into} is an existing project, --name ${options.name} a new one: give one of them`,
		);
	}
	return {
		source: {
			projectId: options.project,
			...(options.dataset ? { datasetIds: options.dataset } : {}),
			...(options.nested ? { includeNested: true } : {}),
			...(options.video ? { videoIds: options.video } : {}),
		},
		destination: {
			...(options.into === undefined ? {} : { projectId: options.into }),
			...(options.name === undefined ? {} : { name: options.name }),
		},
		settings: {
			...(start === undefined ? {} : { start }),
			...(end === undefined ? {} : { end }),
			...(step === undefined ? {} : { step }),
			...(annotated || annotatedByTags ? { annotated: true } : {}),
			...(annotatedByTags ? { annotatedByTags } : {}),
			...(resize ? { resize } : {}),
			copyAnnotations: labels,
		},
	};
};

const sample = async (options: SampleOptions): Promise<void> => {
	const request = toRequest(options);
	if (!URL.canParse(options.server) || !/^https?:/.test(options.server)) {
		throw new UsageError(
			`--server is ${JSON.stringify(options.server)}: it must be an address such as https://app.supervisely.com`,
		);
	}
	if (options.name?.trim() === '')
		throw new UsageError('--name is empty: give the new project a name, or leave it out');
	await closingAll(async onClose => {
		const { status, seconds } = await run(options, request, onClose).catch(error => {
			if (options.json && error instanceof FramefanError) console.log(JSON.stringify(failed(error.message)));
			throw error;
		});
		for (const note of status.notes) process.stderr.write(`note: ${note}\n`);
		if (status.state === 'failed') console.error(`error: ${status.reason}`);
		if (options.json) console.log(JSON.stringify(toJson(status, seconds)));
		else if (status.state !== 'failed') printResult(status, seconds);
		process.exitCode = status.state === 'completed' ? 0 : 1;
	}, goesOn);
};

const run = async (
	options: SampleOptions,
	request: SamplingRequestInput,
	onClose: (close: () => unknown) => void,
): Promise<{ status: SamplingStatus; seconds: number }> => {
	const token = await findToken(options.server);
	await checkServer(options.server, token, options.project);
	// One folder for each thing that is asked, so that one cut-off sampling doesn't go on inside another.
	const asked = createHash('sha256')
		.update(JSON.stringify([options.server, request]))
		.digest('hex')
		.slice(0, 12);
	const dataDir = join(options.data, `sampling-${asked}`);
	onClose(takeDataFolder(dataDir));
	const { clientToken, finish } = openRun(dataDir);
	const result = await runSampling({
		dataDir,
		server: options.server,
		token,
		request: { ...request, clientToken },
		framesPerChunk: 100,
		progress: showProgress(),
		onClose,
	});
	if (!mayHeal(result.status)) finish();
	return result;
};

/** Whether the same command is to take this sampling up again, instead of beginning a new one. */
const mayHeal = ({ state, faults }: SamplingStatus): boolean =>
	state === 'failed' || state === 'cancelled' || faults.some(({ reason }) => reason === 'gave-up');

/** The run that was cut off here, or a new one. */
const openRun = (dataDir: string): { clientToken: string; finish: () => void } => {
	const file = join(dataDir, 'run.json');
	const finish = () => rmSync(file, { force: true });
	if (existsSync(file)) {
		process.stderr.write('Going on with the sampling that was not finished.\n');
		return { clientToken: (JSON.parse(readFileSync(file, 'utf8')) as { clientToken: string }).clientToken, finish };
	}
	for (const name of ['stack', 'seconds']) rmSync(join(dataDir, name), { recursive: true, force: true });
	mkdirSync(dataDir, { recursive: true });
	const clientToken = crypto.randomUUID();
	writeFileSync(file, JSON.stringify({ clientToken }));
	return { clientToken, finish };
};

/** What `--json` ends with. A sampling that failed as a whole has its reason as its one fault. */
const toJson = (status: SamplingStatus, seconds: number) => {
	const { state, destination, framesPlanned, framesUploaded, framesAlreadyThere, labels, reason } = status;
	const faults = reason === null ? status.faults : [{ reason: 'failed', message: reason }];
	return { state, destination, framesPlanned, framesUploaded, framesAlreadyThere, labels, faults, seconds };
};

const failed = (message: string): ReturnType<typeof toJson> => ({
	...{ state: 'failed', destination: null, framesPlanned: 0, framesUploaded: 0, framesAlreadyThere: 0, labels: 0 },
	...{ faults: [{ reason: 'failed', message }], seconds: 0 },
});

const printResult = (status: SamplingStatus, seconds: number): void => {
	const { destination } = status;
	console.log(`${status.state} in ${seconds} s: project ${destination?.id} ${JSON.stringify(destination?.name)}`);
	console.log(
		`${status.framesUploaded} frames uploaded, ${status.framesAlreadyThere} were there, ${status.labels} labels, ${status.videos} videos`,
	);
	for (const { reason, message, video, frame } of status.faults.slice(0, faultsShown)) {
		console.log(
			`fault: ${[video?.name, frame === undefined ? '' : `frame ${frame}`, reason].filter(Boolean).join(', ')}: ${message}`,
		);
	}
	if (status.faultCount > faultsShown)
		console.log(`… ${status.faultCount - faultsShown} more faults; --json lists them`);
};
