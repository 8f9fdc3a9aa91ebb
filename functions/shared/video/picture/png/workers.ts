import { Worker } from 'node:worker_threads';
import { moduleBase64, workerCode } from './built/pictures.ts';
import { type Codec, compile, makeMemory, openCodec, type PictureMemory, type PictureModule } from './codec.ts';
import type { PictureJob } from './job.ts';
import type { Order, Outcome } from './worker.ts';

/** Memory for one picture; it must be used or released. */
export type Place = {
	/** Buffer for the pixels of the picture; must not be used after `run`. */
	pixels: Buffer;
	/** Runs the job and releases the memory. @throws Error of the job, or if the workers have stopped */
	run(): Promise<Buffer>;
	/** Releases the memory without running the job. */
	giveBack(): void;
};

export type PictureWorkers = {
	/**
	 * Waits for memory for another picture, first come, first served. A caller that awaits this before it reads the next
	 * picture never holds more of them than there are places.
	 * @throws RangeError for an invalid job, or without enough memory
	 * @throws Error when the workers have stopped
	 */
	place(job: PictureJob): Promise<Place>;
	/** The same for pixels in another buffer: they are copied when there is a place. */
	run(job: PictureJob, pixels: Uint8Array): Promise<Buffer>;
	/** Takes back the memory of a result, to use it again; other buffers are ignored. The caller must not read it afterwards. */
	recycle(result: Buffer): void;
	/** Accepts no more jobs, waits for running ones, and stops the threads. Callers still waiting for memory get an error. */
	close(): Promise<void>;
};

type Memory = { index: number; memory: PictureMemory; codec: Codec };
type Waiting = { resolve: (memory: Memory) => void; reject: (error: Error) => void };
type Task = { memory: Memory; job: PictureJob; resolve: (bytes: Buffer) => void; reject: (error: Error) => void };
type Thread = { worker: Worker | undefined; knows: Set<number>; task: Task | undefined };

/** Results whose memory is kept for others: about as many as go out in two uploads. */
const mostSpare = 32;

/**
 * Threads that encode, scale and convert pictures. Each picture has its own memory, which the caller fills directly; see
 * `makeMemory` for its size. Threads start when needed, and don't keep the process running while idle.
 * @param count threads
 * @param places memories: pictures that are being filled, waiting or processed at the same time
 */
export function makePictureWorkers({
	count,
	places = count + 1,
	code = workerCode,
}: {
	count: number;
	places?: number;
	/** What runs in a thread; for tests. */
	code?: string;
}): PictureWorkers {
	const free: Memory[] = [];
	const waiting: Waiting[] = [];
	const tasks: Task[] = [];
	const spare: ArrayBuffer[] = [];
	const results = new WeakSet<ArrayBufferLike>();
	const threads: Thread[] = Array.from({ length: count }, () => ({
		worker: undefined,
		knows: new Set<number>(),
		task: undefined,
	}));
	let made = 0;
	let closing: Promise<void> | undefined;
	let whenIdle = () => {};

	const take = (): Promise<Memory> => {
		if (closing) return Promise.reject(new Error(ended));
		const memory = free.pop() ?? makeAnother();
		if (memory) return Promise.resolve(memory);
		return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
	};
	const makeAnother = (): Memory | undefined => {
		if (made === places) return undefined;
		const memory = makeMemory();
		return { index: made++, memory, codec: openCodec(pictureModule(), memory) };
	};
	const release = (memory: Memory): void => {
		const next = waiting.shift();
		if (next) next.resolve(memory);
		else free.push(memory);
	};

	const start = (thread: Thread): Worker => {
		// Options of this process, such as a TypeScript loader, are not needed there.
		const worker = new Worker(code, { eval: true, execArgv: [], workerData: { module: pictureModule() } });
		worker.unref();
		worker.on('message', (outcome: Outcome) => {
			if ('bytes' in outcome) {
				const { buffer, byteOffset, byteLength } = outcome.bytes;
				results.add(buffer);
				finish(thread, task => task.resolve(Buffer.from(buffer, byteOffset, byteLength)));
			} else finish(thread, task => task.reject(new Error(outcome.error)));
		});
		const stopped = (error: Error) => {
			if (thread.worker !== worker) return;
			thread.worker = undefined;
			thread.knows.clear();
			finish(thread, task => task.reject(error));
		};
		worker.on('error', stopped);
		worker.on('exit', exitCode => stopped(new Error(`a picture thread exited with code ${exitCode}`)));
		thread.worker = worker;
		return worker;
	};
	const finish = (thread: Thread, settle: (task: Task) => void): void => {
		const { task } = thread;
		if (!task) return;
		thread.task = undefined;
		thread.worker?.unref();
		release(task.memory);
		settle(task);
		hand();
	};
	/** Assigns filled pictures to idle threads. */
	const hand = (): void => {
		for (const thread of threads) {
			if (thread.task) continue;
			const task = tasks.shift();
			if (!task) break;
			thread.task = task;
			const { index, memory } = task.memory;
			const worker = thread.worker ?? start(thread);
			worker.ref();
			// The sums of scores are small.
			const into = task.job.output === 'scores' ? undefined : spare.pop();
			const order: Order = {
				...{ place: index, job: task.job },
				...(thread.knows.has(index) ? {} : { memory }),
				...(into ? { into } : {}),
			};
			thread.knows.add(index);
			worker.postMessage(order, into ? [into] : []);
		}
		if (threads.every(thread => !thread.task)) whenIdle();
	};

	const place = async (job: PictureJob): Promise<Place> => {
		const memory = await take();
		let isOpen = true;
		const leave = () => {
			if (!isOpen) throw new Error('a place for a picture was used twice');
			isOpen = false;
		};
		try {
			return {
				pixels: memory.codec.pixelsFor(job),
				run: async () => {
					leave();
					if (closing) {
						release(memory);
						throw new Error(ended);
					}
					return new Promise<Buffer>((resolve, reject) => {
						tasks.push({ memory, job: { ...job }, resolve, reject });
						hand();
					});
				},
				giveBack: () => {
					leave();
					release(memory);
				},
			};
		} catch (error) {
			release(memory);
			throw error;
		}
	};

	return {
		place,
		run: async (job, pixels) => {
			const { pixels: to, run, giveBack } = await place(job);
			if (pixels.length !== to.length) {
				giveBack();
				throw new RangeError(`${job.width} x ${job.height} pixels aren't ${pixels.length} bytes`);
			}
			to.set(pixels);
			return run();
		},
		recycle: ({ buffer }) => {
			if (results.delete(buffer) && spare.length < mostSpare) spare.push(buffer as ArrayBuffer);
		},
		close: () => {
			closing ??= (async () => {
				for (const { reject } of waiting.splice(0)) reject(new Error(ended));
				await new Promise<void>(resolve => {
					whenIdle = resolve;
					hand();
				});
				await Promise.all(threads.map(thread => thread.worker?.terminate()));
			})();
			return closing;
		},
	};
}

const ended = 'the picture threads have stopped';

let compiled: PictureModule | undefined;

/** The module that all memories share, compiled when it is first wanted. */
export function pictureModule(): PictureModule {
	compiled ??= compile(Buffer.from(moduleBase64, 'base64'));
	return compiled;
}
