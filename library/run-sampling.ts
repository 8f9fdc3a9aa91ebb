import { availableParallelism } from 'node:os';
import { makeBoundedWork } from '#shared/bounded-work.ts';
import { FramefanError, messageOf } from '#shared/errors.ts';
import { retrying } from '#shared/retrying.ts';
import { hasEnded, readDocument, readOutcome } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import {
	type DecodeMessage,
	type PlanMessage,
	projectMessage,
	type RecountMessage,
} from '#shared/sampling/messages.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import { recordSchema, type SamplingRequest, type SamplingRequestInput, samplingId } from '#shared/sampling/request.ts';
import { framesDone, type Summary } from '#shared/sampling/summary.ts';
import { isPermanent } from '#shared/transient.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { decodeChunk } from '../functions/decode/decode-chunk.ts';
import { handlePlanMessage } from '../functions/fan-out/handle-plan-message.ts';
import type { FanOutPorts } from '../functions/fan-out/ports.ts';
import { countNode } from '../functions/reduce/count-node.ts';
import { summarizeOpen } from '../functions/reduce/summarize-open.ts';
import { SuperviselyClient } from './client.ts';
import { makeMemoryStore } from './memory-store.ts';
import { parseRequest } from './parse-request.ts';
import { makeTemporaryFiles } from './temporary-files.ts';

/** How far a sampling has come. */
export type SamplingProgress = {
	/** Videos that are planned. */
	videos: number;
	/** Frames of these videos that were selected; grows until all videos are planned. */
	framesPlanned: number;
	/** Frames that have an image in the destination, or were dropped by `frameQuality`. */
	framesDone: number;
	/** Faults so far: frames, figures, videos and datasets that failed. */
	faults: number;
};

/** Options of all samplings. */
export type SamplingOptions = {
	/** Called after each chunk of frames, and after each video, dataset and page of a listing. */
	onProgress?: (progress: SamplingProgress) => void;
	/**
	 * Chunks of frames that are decoded, encoded and uploaded at the same time; default: the number of cores. Each takes
	 * about 150 MB at 1080p, on top of 200 MB.
	 */
	concurrency?: number;
	/** Aborts the sampling; the destination is kept, and the same call continues with it. */
	signal?: AbortSignal;
};

/** A frame, figure, video or dataset that failed, and why. */
export type SamplingFault = {
	/** A short code, such as `unreadable`. */
	reason: string;
	message: string;
	video?: { id: number; name: string } | undefined;
	/** Its index, if the fault concerns one frame. */
	frame?: number | undefined;
};

/** What a sampling has done. */
export type SamplingResult = {
	/** The images project. */
	destination: { id: number; name: string };
	videos: number;
	/** Frames that were selected. */
	framesPlanned: number;
	framesUploaded: number;
	/** Selected frames whose images existed already. */
	framesAlreadyThere: number;
	/** With `frameQuality`: selected frames that its rules dropped, by reason. */
	dropped?: { blurred: number; dark: number; bright: number; lessSharp: number; nearDuplicate: number } | undefined;
	/** Labels that were uploaded. */
	labels: number;
	/** Number of all faults. */
	faultCount: number;
	/** The first 100 faults. */
	faults: SamplingFault[];
	/** The first 100 remarks that are not faults, such as on a figure that was cut at the picture's border. */
	notes: string[];
};

type Message = PlanMessage | DecodeMessage | RecountMessage;

/** Maximum number of tries per message; calls to the server are retried separately. */
const tries = 3;
const framesPerChunk = 200;
const leaseMs = 60_000;

/**
 * Runs a sampling in this process: the stages' own code, with queues and documents in memory.
 * @param begin handles the first message; default: walks the whole project
 * @throws FramefanError when the sampling fails as a whole, or a message keeps failing; RangeError for an invalid
 * `concurrency`; the reason of an aborted `signal`
 */
export async function runSampling(
	client: SuperviselyClient,
	input: SamplingRequestInput,
	{ onProgress, concurrency = availableParallelism(), signal = new AbortController().signal }: SamplingOptions,
	begin?: (ports: FanOutPorts, at: Attempt, request: SamplingRequest) => Promise<void>,
): Promise<SamplingResult> {
	if (!Number.isInteger(concurrency) || concurrency < 1)
		throw new RangeError(`concurrency is ${concurrency}: it must be a whole number of at least 1`);
	const request = parseRequest(input);
	const [store, files] = [makeMemoryStore(), makeTemporaryFiles()];
	const [plan, decode, recounts]: [PlanMessage[], DecodeMessage[], RecountMessage[]] = [[], [], []];
	const supervisely = SuperviselyClient.apiOf(client);
	const ports = {
		...{
			store,
			files,
			supervisely,
			framesPerChunk,
			leaseMs,
			ffmpegPath: installedFfmpeg(),
			chunkConcurrency: concurrency,
		},
		sendPlan: async (messages: PlanMessage[]) => void plan.push(...messages),
		sendDecode: async (messages: DecodeMessage[]) => void decode.push(...messages),
		sendRecount: async (messages: RecountMessage[]) => void recounts.push(...messages),
	};
	const counting = {
		store,
		supervisely,
		sendPlan: ports.sendPlan,
		leaseMs,
		progressMs: 0,
		stuckMs: 0,
		messagesKeptMs: 0,
	};
	const tell = async (_: unknown, at: Attempt) => onProgress?.(progressOf(await summarizeOpen(store, at)));
	const work = async (message: Message): Promise<void> => {
		if ('chunk' in message) {
			await decodeChunk(ports, message, signal);
			await store.remove(keys.chunk(message.sampling, message.chunk));
		} else if ('kind' in message) await handlePlanMessage(ports, message, signal);
		else await countNode(counting, message, tell);
	};

	const chunks = makeBoundedWork(concurrency);
	const at = { sampling: samplingId(undefined), attempt: 1 };
	const record = { schema: 1, id: at.sampling, createdAt: new Date().toISOString(), standing: false, request } as const;
	await store.write(keys.request(at.sampling), recordSchema.encode(record));
	try {
		if (begin) await begin(ports, at, request);
		else plan.push(projectMessage(at));
		while (!(await hasEnded(store, at))) {
			// Chunks first, so that the labels of only one video are in memory.
			const chunk = recounts.length > 0 ? undefined : decode.shift();
			const message = chunk ?? recounts.shift() ?? plan.shift();
			if (!message && chunks.size() === 0)
				throw new FramefanError('The sampling has no messages left but has not ended');
			if (!message) await chunks.next();
			else if (chunk) await chunks.add(withRetries(() => work(chunk), signal));
			else await withRetries(() => work(message), signal);
		}
		await chunks.finish();
		const outcome = await readOutcome(store, at);
		if (!outcome || outcome.state === 'failed') throw new FramefanError(outcome?.reason ?? 'The sampling failed');
		onProgress?.(progressOf(outcome.summary));
		const destination = await readDocument(store, keys.destination(at.sampling), destinationSchema);
		const { id, name } = destination as NonNullable<typeof destination>;
		return { ...outcome.summary, destination: { id, name } };
	} finally {
		await chunks.settle();
		files.remove();
	}
}

const progressOf = (summary: Summary): SamplingProgress => {
	const { videos, framesPlanned, faultCount } = summary;
	return { videos, framesPlanned, framesDone: framesDone(summary), faults: faultCount };
};

/** Retries the work of a message; repeats are harmless. */
const withRetries = async (work: () => Promise<void>, signal: AbortSignal): Promise<void> => {
	signal.throwIfAborted();
	try {
		await retrying(work, { retries: tries - 1, minTimeout: 2000, signal });
	} catch (error) {
		signal.throwIfAborted();
		if (isPermanent(error)) throw error;
		throw new FramefanError(`Failed ${tries} times: ${messageOf(error)}`, { cause: error });
	}
};
