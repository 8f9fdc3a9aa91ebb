import { makeRandom, type Random } from '../../chaos/random.ts';
import { type Bill, billOf, type Usage } from './bill.ts';
import { Heap } from './heap.ts';
import { requestsOf, type Scenario } from './scenario.ts';

export type Simulated = {
	chunks: number;
	/** Chunks that were finished, each counted once, and that were given up after too many deliveries. */
	done: number;
	givenUp: number;
	/** Times that a chunk was handed to a sandbox: those that finished it, that failed, and that found it done. */
	deliveries: { done: number; failed: number; doubled: number };
	frames: number;
	/** From the first message to the last report. */
	seconds: number;
	/** Time that finished chunks would have taken alone, without waiting for a server: at least that is needed. */
	workSeconds: number;
	/** Time that sandboxes waited for the server and for S3. */
	waitedSeconds: { server: number; s3: number };
	/** Sandboxes that were used. */
	sandboxes: number;
	usage: Usage;
	bill: Bill;
	/** What more width would not help against. */
	bound: 'width' | 'server' | 'planning' | 'reports' | 's3';
};

type Job = { chunk: number; delivery: number; isDoubled: boolean };

const mebibytes = 1 / 1024;
const secondsOfDoubled = 0.2;

/**
 * Lets a scenario happen, event by event: videos are planned, their chunks are handed to sandboxes as these become free,
 * some fail and come again, some come twice. Server, S3 and reports are lines in which work is taken in turn. The same
 * scenario always gives the same result.
 */
export function simulate(scenario: Scenario): Simulated {
	const random = makeRandom(scenario.seed);
	const { decode, server, limits, width, framesPerChunk, framesPerVideo } = scenario;
	const chunksPerVideo = Math.ceil(framesPerVideo / framesPerChunk);
	const planned = planVideos(scenario, random);
	const chunks = scenario.videos * chunksPerVideo;
	const framesOf = (chunk: number) =>
		Math.min(framesPerChunk, framesPerVideo - (chunk % chunksPerVideo) * framesPerChunk);

	const sandboxes = new Heap<{ isWarm: boolean }>();
	for (let i = 0; i < width; i++) {
		const later = Math.max(0, i + 1 - limits.pollersAtFirst);
		sandboxes.push((later / limits.pollersAMinute) * 60, { isWarm: false });
	}
	const again = new Heap<Job>();
	const [serverLine, s3Line, reportLine] = [makeLine(), makeLine(), makeLine()];
	const result = {
		...{ done: 0, givenUp: 0, frames: 0, workSeconds: 0, end: 0, used: 0, busy: 0 },
		deliveries: { done: 0, failed: 0, doubled: 0 },
		waited: { server: 0, s3: 0 },
		s3: { writes: 0, reads: 0 },
	};
	let next = 0;
	for (;;) {
		const fresh =
			next < chunks ? (planned.readyAt[Math.floor(next / chunksPerVideo)] as number) : Number.POSITIVE_INFINITY;
		if (fresh === Number.POSITIVE_INFINITY && again.size === 0) break;
		const free = sandboxes.least;
		const isAgain = again.least <= Math.max(fresh, free) && again.least !== Number.POSITIVE_INFINITY;
		const start = Math.max(free, isAgain ? again.least : fresh);
		const sandbox = sandboxes.pop();
		const job = isAgain ? again.pop() : { chunk: next++, delivery: 1, isDoubled: false };
		const cold = sandbox.isWarm ? 0 : decode.coldStartSeconds;
		if (!sandbox.isWarm) result.used++;
		sandbox.isWarm = true;
		const frames = framesOf(job.chunk);
		const alone = decode.startSeconds + frames * random.pick(decode.secondsPerFrame);
		let end: number;
		if (job.isDoubled) {
			end = start + cold + secondsOfDoubled;
			result.deliveries.doubled++;
			result.s3.reads += requestsOf.doubledChunk.s3Reads;
		} else if (random.chance(scenario.failing)) {
			end = start + cold + alone * random.next();
			result.deliveries.failed++;
			result.s3.reads += requestsOf.chunk.s3Reads;
			if (job.delivery === limits.deliveries) result.givenUp++;
			else again.push(end + limits.visibleAgainSeconds, { ...job, delivery: job.delivery + 1 });
		} else {
			const { s3Writes, s3Reads } = requestsOf.chunk;
			result.s3.writes += s3Writes;
			result.s3.reads += s3Reads;
			const ready = start + cold + alone;
			const atServer = (frames * random.pick(server.secondsPerImage)) / server.parallel;
			const uploaded = serverLine.take(start + cold, atServer);
			const stored = s3Line.take(start + cold, Math.max(s3Writes / limits.s3Writes, s3Reads / limits.s3Reads));
			end = Math.max(ready, uploaded, stored);
			result.waited.server += Math.max(0, uploaded - Math.max(ready, stored));
			result.waited.s3 += Math.max(0, stored - Math.max(ready, uploaded));
			result.workSeconds += alone;
			result.deliveries.done++;
			result.done++;
			result.frames += frames;
			reportLine.take(end, scenario.reduce.secondsPerBatch / scenario.reduce.batch / scenario.reduce.width);
			if (random.chance(scenario.doubled)) again.push(end, { ...job, isDoubled: true });
		}
		result.busy += end - start;
		result.end = Math.max(result.end, end);
		sandboxes.push(end, sandbox);
	}

	const { deliveries, s3 } = result;
	const batches = Math.ceil((result.done + result.givenUp) / scenario.reduce.batch);
	const all = deliveries.done + deliveries.failed + deliveries.doubled;
	const { video, batch, chunk } = requestsOf;
	const usage: Usage = {
		gibSeconds: {
			decode: result.busy * decode.memoryMiB * mebibytes,
			fanOut: planned.busy * scenario.fanOut.memoryMiB * mebibytes,
			reduce: batches * scenario.reduce.secondsPerBatch * scenario.reduce.memoryMiB * mebibytes,
		},
		lambdaRequests: all + scenario.videos + batches,
		// Sent in tens; each delivery is received and, but for those that fail, deleted.
		sqsRequests:
			Math.ceil(chunks / 10) +
			(all + deliveries.done + deliveries.doubled) +
			Math.ceil(result.done * chunk.queueSends) +
			2 * batches +
			3 * scenario.videos,
		s3Writes: s3.writes + scenario.videos * video.s3Writes + chunks * video.chunkWrites + batches * batch.s3Writes,
		s3Reads: s3.reads + scenario.videos * video.s3Reads + batches * batch.s3Reads,
		serverRequests: Math.ceil(result.frames * (1 + chunk.labelCallsPerFrame)),
		bytesOut: result.frames * scenario.bytesPerImage,
	};
	return {
		...{ chunks, done: result.done, givenUp: result.givenUp, deliveries, frames: result.frames, usage },
		seconds: Math.max(result.end, reportLine.end()),
		workSeconds: result.workSeconds,
		waitedSeconds: result.waited,
		sandboxes: result.used,
		bill: billOf(usage),
		bound: boundOf(result, planned.end, reportLine.end()),
	};
}

/** When each video's chunks are in the queue, in that order, and what planning them took. */
function planVideos(
	{ videos, fanOut }: Scenario,
	random: Random,
): { readyAt: Float64Array; end: number; busy: number } {
	const readyAt = new Float64Array(videos);
	const planners = new Heap<undefined>();
	for (let i = 0; i < fanOut.width; i++) planners.push(0, undefined);
	let busy = 0;
	for (let i = 0; i < videos; i++) {
		const seconds = fanOut.secondsPerVideo * random.between(0.5, 1.5);
		const end = planners.least + seconds;
		planners.pop();
		planners.push(end, undefined);
		busy += seconds;
		readyAt[i] = end;
	}
	readyAt.sort();
	return { readyAt, end: readyAt.at(-1) ?? 0, busy };
}

/** Something that does one thing after another. */
function makeLine(): { take(at: number, seconds: number): number; end(): number } {
	let busyUntil = 0;
	return {
		take: (at, seconds) => {
			busyUntil = Math.max(busyUntil, at) + seconds;
			return busyUntil;
		},
		end: () => busyUntil,
	};
}

type Ended = { end: number; busy: number; waited: { server: number; s3: number } };

/** A tenth of the time of all sandboxes in one line, or an end that one thing alone sets, is what binds. */
function boundOf({ end, busy, waited }: Ended, planningEnd: number, reportEnd: number): Simulated['bound'] {
	if (reportEnd > end * 1.05) return 'reports';
	if (waited.server > busy / 10) return 'server';
	if (waited.s3 > busy / 10) return 's3';
	if (planningEnd > end * 0.8) return 'planning';
	return 'width';
}
