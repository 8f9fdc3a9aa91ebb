import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { framesDone } from '#shared/sampling/summary.ts';
import type { Estimate, FormatEstimate, ListedSampling, SamplingStatus } from '../../functions/api/schemas.ts';
import type { ApiClient } from '../api-client.ts';
import { lockDataFolder } from '../data-folder.ts';
import { UsageError } from '../failure.ts';
import { knownVideosFolder } from '../known-videos-folder.ts';
import { askLocalStack, endedSampling, findLocalSampling, forgetEnded, localSamplings } from '../local-samplings.ts';
import { checkWhere, openApi, type WhereOptions } from '../open-api.ts';
import { checkAddress, folderName, wholeNumber } from '../options.ts';
import { printLine } from '../print-line.ts';
import { printFaults, printNotes, tellEnd } from '../print-sampling.ts';
import { showProgress } from '../progress.ts';
import { addRequestOptions, type RequestOptions, tellingOptions, toRequest } from '../request-options.ts';
import { closingAll, goesOn } from '../shutdown.ts';
import { findToken } from '../token.ts';

const where = (command: Command): Command =>
	command
		.option('--api <url>', "URL of a deployment's HTTP API")
		.option('--local', 'use this machine')
		.option('--data <folder>', 'with --local: folder of the state', folderName, '.framefan')
		.option('--json', 'prints one line of JSON');

/** Adds the commands that call the HTTP API: status, list, cancel, retry, estimate. */
export function addSamplings(program: Command): void {
	where(program.command('status <id>').description('Shows the state, progress and result of a sampling')).action(
		status,
	);
	where(program.command('list').description('Lists samplings, newest first'))
		.option('--limit <n>', 'most samplings to list', wholeNumber(1, 100), 20)
		.option('--next <token>', 'continues after the previous page')
		.action(list);
	where(program.command('cancel <id>').description('Cancels a sampling; running chunks are finished')).action(cancel);
	where(program.command('retry <id>').description('Retries what failed or is missing')).action(retry);
	addRequestOptions(
		where(program.command('estimate').description('Estimates the time and cost of a sampling; creates nothing')),
	)
		.option('--server <url>', 'with --local: address of the Supervisely server')
		.action(estimate);
}

/** Calls the API of the deployment, or of the local stack of a sampling. */
const ask = <Answer>(
	options: WhereOptions,
	id: string,
	question: (api: ApiClient) => Promise<Answer>,
): Promise<Answer> => {
	checkWhere(options);
	if (options.api !== undefined) return openApi(options.api).then(question);
	return askLocalStack(findLocalSampling(options.data, id), question);
};

const status = async (id: string, options: WhereOptions): Promise<void> =>
	show(await ask(options, id, api => api.status(id)), options);

const cancel = async (id: string, options: WhereOptions): Promise<void> => {
	checkWhere(options);
	if (options.api !== undefined) return show(await (await openApi(options.api)).cancel(id), options);
	const sampling = findLocalSampling(options.data, id);
	forgetEnded(sampling.dataDir);
	// The sampling is cancelled even without a token, but then the destination is not updated.
	const token = await findToken(sampling.server).catch(() => '');
	const cancelled = await askLocalStack({ ...sampling, token }, async (api, sweep) => {
		await api.cancel(id);
		// Records the end in the destination.
		await sweep();
		return api.status(id);
	});
	show(cancelled, options);
};

const list = async (options: WhereOptions & { limit: number; next?: string }): Promise<void> => {
	checkWhere(options);
	const { limit, next } = options;
	const page =
		options.api === undefined
			? { samplings: (await listLocal(options.data)).slice(0, limit), next: null }
			: await (await openApi(options.api)).list({ limit, ...(next === undefined ? {} : { next }) });
	if (options.json) return console.log(JSON.stringify(page));
	if (page.samplings.length === 0) console.log('There are no samplings.');
	for (const sampling of page.samplings) console.log(row(sampling));
	if (page.next) console.log(`More: --next ${page.next}`);
};

const listLocal = async (data: string): Promise<ListedSampling[]> => {
	const all: ListedSampling[] = [];
	for (const { id, server, dataDir } of localSamplings(data)) {
		const ended = endedSampling(dataDir);
		if (ended) {
			all.push(ended);
			continue;
		}
		const { samplings } = await askLocalStack({ server, dataDir }, api => api.list({ limit: 100 }));
		all.push(...samplings.filter(sampling => sampling.id === id));
	}
	return all.sort((a, b) => (a.createdAt > b.createdAt ? -1 : 1));
};

/** Locally, the command waits for the end of the sampling, which needs the running stack. */
const retry = async (id: string, options: WhereOptions): Promise<void> => {
	checkWhere(options);
	if (options.api !== undefined) {
		const started = await (await openApi(options.api)).retry(id);
		console.log(options.json ? JSON.stringify(started) : `Started attempt ${started.attempt} of sampling ${id}.`);
		return;
	}
	const { server, request, dataDir } = findLocalSampling(options.data, id);
	const token = await findToken(server);
	await closingAll(async onClose => {
		onClose(lockDataFolder(dataDir));
		const { clientToken = '' } = request;
		const { sampleOnLocalStack } = await import('../sample-on-local-stack.ts');
		const { status: ended, seconds } = await sampleOnLocalStack({
			...{ dataDir, server, token, framesPerChunk: 100, goesOn: true, progress: showProgress(), onClose },
			knownVideos: knownVideosFolder(options.data, server),
			request: { ...request, clientToken },
		});
		const line = tellEnd(ended, seconds, options.json);
		if (options.json) console.log(JSON.stringify(line));
	}, goesOn);
};

const estimate = async (options: WhereOptions & RequestOptions & { server?: string }): Promise<void> => {
	checkWhere(options);
	const request = toRequest(options);
	let found: Estimate;
	if (options.api !== undefined) found = await tellingOptions(options, (await openApi(options.api)).estimate(request));
	else {
		const { server } = options;
		if (server === undefined) throw new UsageError('--local needs --server, the address of the Supervisely server');
		checkAddress('--server', server, 'https://app.supervisely.com');
		const token = await findToken(server);
		const dataDir = mkdtempSync(join(tmpdir(), 'framefan-estimate-'));
		try {
			const knownVideos = knownVideosFolder(options.data, server);
			const stack = { dataDir, server, token, environment: {}, knownVideos };
			found = await tellingOptions(
				options,
				askLocalStack(stack, api => api.estimate(request)),
			);
		} finally {
			rmSync(dataDir, { recursive: true, force: true });
		}
	}
	if (options.json) return console.log(JSON.stringify(found));
	const { cost, prices, notes, formats, imageSizes } = found;
	const lines: [string, string][] = [
		['videos', String(found.videos)],
		['frames', `${framesOf(found)} in ${found.chunks} chunks${howKnown(found)}`],
		...found.rules.map((each): [string, string] => ['', ruleLine(each)]),
		['read', bytes(found.bytesToRead)],
		['write', bytes(found.bytesToWrite)],
		['Lambda', `${found.lambdaSeconds} s`],
		['cost', `$${cost.total}: Lambda ${cost.lambda}, requests ${cost.requests}, data out ${cost.dataOut}`],
		...formats.map((each): [string, string] => [`as ${each.format}`, inFormat(each)]),
		['sizes', `measured on ${imageSizes.clips} clips on ${imageSizes.measured}: yours may differ by half`],
		['prices', `${prices.region}, as of ${prices.asOf}`],
	];
	print(lines);
	for (const note of notes) printLine(process.stdout, '  note', note);
};

type Expected = Pick<Estimate, 'frames' | 'accuracy' | 'needs'>;

const framesOf = ({ frames, accuracy }: Expected): string =>
	`${{ exact: '', about: '≈ ', atMost: '≤ ' }[accuracy]}${frames}`;

/** How a number is known, if it isn't exact. */
const howKnown = ({ accuracy, needs }: Expected): string => {
	if (accuracy === 'exact') return '';
	const why = needs.length > 0 ? `: needs ${needs.join(', ')}` : '';
	return ` (${accuracy === 'about' ? 'about' : 'at most'}${why})`;
};

/** A line with a rule and its number of frames. The rule is cut so that the line fits into 80 columns. */
const ruleLine = (rule: Estimate['rules'][number]): string => {
	const count = `${framesOf(rule)}${howKnown(rule)}`;
	const room = 62 - count.length - 2;
	return `${cutTo(rule.text, room)}  ${count}`;
};

const cutTo = (text: string, most: number): string => {
	const letters = [...text];
	return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text;
};

/** Bytes and dollars of one format. */
function inFormat({ bytesToWrite, cost, quality, chroma }: FormatEstimate): string {
	const options = [quality === null ? [] : [`quality ${quality}`], chroma === null ? [] : [`chroma ${chroma}`]].flat();
	return [`${bytes(bytesToWrite)}, $${cost.total}`, ...options].join(', ');
}

const show = (status: SamplingStatus, { json }: WhereOptions): void => {
	if (json) return void console.log(JSON.stringify(status));
	const { destination, framesUploaded, framesAlreadyThere, framesPlanned, reason, report } = status;
	print([
		['sampling', `${status.id}, attempt ${status.attempt}`],
		['state', status.state],
		...(reason === null ? [] : [['reason', reason] as [string, string]]),
		['source', `project ${status.request.source.projectId}`],
		['destination', destination ? `project ${destination.id} ${JSON.stringify(destination.name)}` : 'not created yet'],
		['videos', String(status.videos)],
		['frames', `${framesUploaded} uploaded, ${framesAlreadyThere} already there, of ${framesPlanned} planned`],
		['labels', String(status.labels)],
		['faults', String(status.faultCount)],
		['began', status.createdAt],
		...(status.finishedAt === null ? [] : [['ended', status.finishedAt] as [string, string]]),
		...(report === null ? [] : [['report', report] as [string, string]]),
	]);
	printFaults(status);
	printNotes(status);
};

const print = (lines: [string, string][]): void => {
	for (const [name, value] of lines) console.log(`  ${name.padEnd(15)} ${value}`);
};

/** One line of at most 80 columns. */
const row = (sampling: ListedSampling): string => {
	const { id, state, createdAt, framesPlanned, faultCount } = sampling;
	const when = createdAt.slice(0, 16).replace('T', ' ');
	const done = `${framesDone(sampling)}/${framesPlanned}`;
	const faults = faultCount > 0 ? `${faultCount} faults` : '';
	return `${id}  ${when}  ${state.replace('completed_with_faults', 'with faults').padEnd(11)} ${done.padStart(15)} ${faults}`.trimEnd();
};

const bytes = (count: number): string => {
	const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
	const unit = Math.min(units.length - 1, count < 1000 ? 0 : Math.floor(Math.log10(count) / 3));
	return `${Math.round((count / 1000 ** unit) * 10) / 10} ${units[unit]}`;
};
