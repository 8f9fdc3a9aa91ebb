// What runs in a thread of `workers.ts`. Bundled into `built/pictures.ts`, since a thread of a bundled program has no
// file to start from.
import { parentPort, workerData } from 'node:worker_threads';
import { type Codec, copyOut, openCodec, type PictureMemory, type PictureModule } from './codec.ts';
import type { PictureJob } from './job.ts';

/** `memory`: sent with the first job of a place. `into`: memory for the result, used if it is large enough. */
export type Order = { place: number; memory?: PictureMemory; job: PictureJob; into?: ArrayBuffer };
export type Outcome = { bytes: Uint8Array } | { error: string };

const { module } = workerData as { module: PictureModule };
const codecs = new Map<number, Codec>();

const run = ({ place, memory, job, into }: Order): Uint8Array<ArrayBuffer> => {
	if (memory) codecs.set(place, openCodec(module, memory));
	const codec = codecs.get(place);
	if (!codec) throw new Error(`place ${place} isn't known`);
	return copyOut(codec.run(job), into);
};

parentPort?.on('message', (order: Order) => {
	try {
		const bytes = run(order);
		parentPort?.postMessage({ bytes } satisfies Outcome, [bytes.buffer]);
	} catch (error) {
		const outcome: Outcome = { error: error instanceof Error ? error.message : String(error) };
		parentPort?.postMessage(outcome);
	}
});
