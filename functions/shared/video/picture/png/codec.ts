import { checkJob, type PictureJob, pixelBytes } from './job.ts';
import { wrapStream } from './png-file.ts';

// Missing in Node's types.
declare const WebAssembly: {
	Module: new (bytes: Uint8Array) => PictureModule;
	Memory: new (limits: { initial: number; maximum: number; shared: true }) => PictureMemory;
	Instance: new (module: PictureModule, imports: { env: { memory: PictureMemory } }) => { exports: Exports };
};

/** The compiled module; can be sent to other threads. */
export type PictureModule = { readonly kind?: 'WebAssembly.Module' };
/** Memory shared between threads; can be sent, too. */
export type PictureMemory = { readonly buffer: SharedArrayBuffer; grow(pages: number): number };

/** What `assembly/index.ts` exports; addresses and byte counts are signed 32 bits. */
type Exports = {
	pixelsAt: { value: number };
	describe(format: number, width: number, height: number, toWidth: number, toHeight: number): void;
	resultAt(): number;
	mostResultBytes(): number;
	makeStream(): number;
	makePixels(): void;
	makeScores(): number;
};

const pageBytes = 65536;
/** 2 GiB, as the module is built. */
const mostPages = 32768;
const formats = { 'yuv420p-bt601': 0, gray: 1, 'yuv420p-bt709': 2, rgb24: 3 };

/** Bytes of the result of `scores`, as `assembly/scores.ts` describes them. */
const scoresBytes = 24 + 32 * 32 * 16;

export function compile(bytes: Uint8Array): PictureModule {
	return new WebAssembly.Module(bytes);
}

/**
 * Memory for one picture: 3.5 MiB plus the input and output pixels (1, 1.5 or 3 bytes each). It grows to its largest
 * picture and does not shrink.
 */
export function makeMemory(): PictureMemory {
	return new WebAssembly.Memory({ initial: 16, maximum: mostPages, shared: true });
}

/** Processes pictures in one memory. Only one codec may use the same memory at a time. */
export type Codec = {
	/**
	 * Buffer for the pixels of a picture.
	 * @throws RangeError for an invalid picture size, or without enough memory
	 */
	pixelsFor(job: PictureJob): Buffer;
	/** Result of the job: a view on the memory, valid until the next picture. */
	run(job: PictureJob): Buffer;
};

export function openCodec(module: PictureModule, memory: PictureMemory): Codec {
	const exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
	const prepare = (job: PictureJob): void => {
		checkJob(job);
		const to = job.resize ?? job;
		exports.describe(formats[job.pixels], job.width, job.height, to.width, to.height);
		const missing = exports.resultAt() + exports.mostResultBytes() - memory.buffer.byteLength;
		if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
	};
	return {
		pixelsFor: job => {
			prepare(job);
			return Buffer.from(memory.buffer, exports.pixelsAt.value, pixelBytes(job));
		},
		run: job => {
			prepare(job);
			const to = job.resize ?? job;
			const isSameSize = to.width === job.width && to.height === job.height;
			const bytes = Buffer.from(memory.buffer);
			const start = exports.resultAt();
			if (job.output === 'png') {
				return wrapStream(bytes, start, exports.makeStream(), to, job.pixels === 'gray');
			}
			if (job.output === 'scores') {
				const at = exports.makeScores();
				return bytes.subarray(at, at + scoresBytes);
			}
			const length = to.width * to.height * 3;
			if (job.pixels === 'rgb24' && isSameSize) {
				return bytes.subarray(exports.pixelsAt.value, exports.pixelsAt.value + length);
			}
			exports.makePixels();
			return bytes.subarray(start, start + length);
		},
	};
}

/** Results of the next pictures are seldom larger by more than this part. */
const headroom = 1 / 8;

/**
 * Copies from shared memory (faster than `Buffer.from` and `new Uint8Array`).
 * @param into memory to be used, if it is large enough; new memory then has some headroom, to be used again
 */
export function copyOut(view: Buffer, into?: ArrayBuffer): Buffer<ArrayBuffer> {
	const { length } = view;
	const copy =
		into && into.byteLength >= length
			? Buffer.from(into, 0, length)
			: Buffer.allocUnsafeSlow(into ? Math.ceil(length * (1 + headroom)) : length).subarray(0, length);
	copy.set(view);
	return copy;
}
