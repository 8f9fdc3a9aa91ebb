import { type ContentRange, parseContentRange } from '../../byte-range.ts';
import { PermanentError, TransientError, transientAnswer } from '../../errors.ts';
import { isGone, reach } from '../../reach.ts';
import { retrying } from '../../retrying.ts';
import { isTransientStatus } from '../../transient.ts';
import { splitCredentials } from '../../url-credentials.ts';
import type { ByteSource } from './byte-source.ts';

const headerTimeoutMs = 30_000;
const redirectsFollowed = 5;
/** Number of consecutive answers without data that a stream tolerates; it fails at the next. */
const emptyAnswers = 5;

export type HttpSourceOptions = {
	/** User name and password in it are sent as Basic authorization. */
	url: URL;
	/** Headers for the first host only, such as the API token; not sent after a redirect to another host. */
	headers?: () => Promise<Record<string, string>>;
	/** Number of bytes to read with the first request, because they will be wanted first; by default it asks for one. */
	head?: number;
	/** For interactive use: fails after the second try when the host is unreachable. */
	quick?: boolean;
};

/** The server has no byte ranges or doesn't report the size, so the file must be copied first. */
export class NoRanges extends PermanentError {
	constructor(what: string, why: string) {
		super('unsupported', `${what} can't be read in parts: ${why}`);
	}
}

type Answer = { response: Response; range: ContentRange };

/**
 * Opens a video file at a URL whose server supports byte ranges. An interrupted range is requested again from where it
 * stopped. Bytes beyond the requested range are ignored.
 * @throws PermanentError `not-found` or `refused`, `unreadable` for an answer with another range; NoRanges; Unreachable
 */
export async function openHttp(options: HttpSourceOptions): Promise<ByteSource> {
	const { url } = options;
	const ask = (first: number, last: number, signal?: AbortSignal): Promise<Answer> =>
		retrying(
			async () => checked(await request(options, { range: `bytes=${first}-${last}` }, signal), url, { first, last }),
			tries(options, signal),
		);

	const { response: first, range: told } = await ask(0, Math.max(1, options.head ?? 1) - 1);
	const head = options.head ? await headOf(first, told) : none;
	if (!options.head) await first.body?.cancel();
	const size = told.total ?? (await sizeOf(options));

	const stream = async function* (offset: number, length: number, signal?: AbortSignal): AsyncIterable<Uint8Array> {
		const end = Math.min(offset + length, size);
		let failures = 0;
		const known = head.subarray(offset, end);
		if (known.length > 0) yield known;
		for (let at = offset + known.length; at < end; ) {
			const { response, range } = await ask(at, end - 1, signal);
			if (range.total !== null && range.total !== size) {
				await response.body?.cancel();
				throw new PermanentError(
					'unreadable',
					`${nameOf(url)} changed while it was read, from ${size} to ${range.total} bytes`,
				);
			}
			let failure: unknown = new TransientError(`${nameOf(url)}: the connection closed at byte ${at}`, null);
			const from = at;
			try {
				for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
					// Drops bytes beyond the announced range.
					const wanted = piece.subarray(0, range.last + 1 - at);
					at += wanted.length;
					if (wanted.length > 0) yield wanted;
					if (at > range.last) break;
				}
			} catch (error) {
				signal?.throwIfAborted();
				failure = new TransientError(
					`${nameOf(url)}: the connection closed at byte ${at}: ${(error as Error).message}`,
					null,
				);
			}
			failures = at > from ? 0 : failures + 1;
			if (failures > emptyAnswers) throw failure;
		}
	};
	return {
		size,
		stream,
		read: async (offset, length) => {
			const pieces: Uint8Array[] = [];
			for await (const piece of stream(offset, length)) pieces.push(piece);
			return Buffer.concat(pieces);
		},
	};
}

const none = Buffer.alloc(0);

/** The bytes of the first answer; none if it breaks off: they are then requested again when they are wanted. */
const headOf = async (response: Response, { last }: ContentRange): Promise<Buffer> => {
	const pieces: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
			const wanted = piece.subarray(0, last + 1 - size);
			pieces.push(wanted);
			size += wanted.length;
			if (size > last) break;
		}
	} catch {
		return none;
	}
	return Buffer.concat(pieces);
};

/**
 * Size of a file whose server answers ranges without it: from the range of the last byte, or by HEAD.
 * @throws NoRanges when neither has it
 */
const sizeOf = async (options: HttpSourceOptions): Promise<number> => {
	const lastByte = await retrying(() => request(options, { range: 'bytes=-1' }), tries(options));
	await lastByte.body?.cancel();
	const range = lastByte.status === 206 ? parseContentRange(lastByte.headers.get('content-range')) : undefined;
	if (range && range.first === range.last) return range.last + 1;
	const head = await retrying(() => request(options, { method: 'HEAD' }), tries(options));
	const length = head.status === 200 ? head.headers.get('content-length') : null;
	if (length && /^\d+$/.test(length)) return Number(length);
	throw new NoRanges(nameOf(options.url), "the server doesn't report its size");
};

/**
 * Streams the whole file, for servers without byte ranges.
 * @throws PermanentError `not-found` or `refused`; Unreachable; TransientError when it breaks off: it can't be resumed
 */
export async function* streamWhole(options: HttpSourceOptions, signal: AbortSignal): AsyncIterable<Uint8Array> {
	const response = await retrying(
		async () => {
			const answer = await request(options, {}, signal);
			if (answer.status === 200) return answer;
			await answer.body?.cancel();
			throw refusal(answer, options.url);
		},
		tries(options, signal),
	);
	const said = Number(response.headers.get('content-length') ?? Number.NaN);
	const brokeOff = (size: number) =>
		new TransientError(`${nameOf(options.url)}: the connection closed after ${size} bytes`, null);
	let size = 0;
	try {
		for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
			size += piece.length;
			yield piece;
		}
	} catch {
		signal.throwIfAborted();
		throw brokeOff(size);
	}
	if (Number.isFinite(said) && size !== said && !response.headers.has('content-encoding')) throw brokeOff(size);
}

const tries = ({ quick }: HttpSourceOptions, signal?: AbortSignal) => ({
	...{ retries: 5, minTimeout: 300 },
	...(signal ? { signal } : {}),
	...(quick ? { isLast: isGone } : {}),
});

const request = async (
	options: HttpSourceOptions,
	{ method = 'GET', range }: { method?: 'GET' | 'HEAD'; range?: string },
	signal?: AbortSignal,
): Promise<Response> => {
	const first = splitCredentials(options.url);
	let next = first;
	for (let hop = 0; hop <= redirectsFollowed; hop++) {
		const { address } = next;
		const own = address.origin === first.address.origin ? { ...first.headers, ...(await options.headers?.()) } : {};
		// The time limit is for the answer, not for its body.
		const slow = new AbortController();
		const timedOut = new TransientError(`${address.host} did not answer within ${headerTimeoutMs / 1000} s`, null);
		const timer = setTimeout(() => slow.abort(timedOut), headerTimeoutMs);
		const response = await reach(address, {
			method,
			// Avoids compression, since bytes are counted; with a range, fetch sends this header itself.
			headers: { ...own, ...next.headers, ...(range === undefined ? { 'accept-encoding': 'identity' } : { range }) },
			redirect: 'manual',
			signal: AbortSignal.any([slow.signal, ...(signal ? [signal] : [])]),
		}).finally(() => clearTimeout(timer));
		const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
		if (!location) return response;
		await response.body?.cancel();
		next = splitCredentials(redirected(location, address));
		const { protocol, origin, host } = next.address;
		if (protocol !== 'https:' && origin !== first.address.origin) {
			throw new PermanentError(
				'refused',
				`${options.url.host} redirects to ${protocol}//${host}: only https is followed`,
			);
		}
	}
	throw new PermanentError('refused', `${options.url.host} redirects more than ${redirectsFollowed} times`);
};

const redirected = (location: string, from: URL): URL => {
	if (URL.canParse(location, from.href)) return new URL(location, from);
	throw new PermanentError('refused', `${from.host} redirects to an invalid address`);
};

const checked = async (response: Response, url: URL, asked: Pick<ContentRange, 'first' | 'last'>): Promise<Answer> => {
	const { status, headers } = response;
	const name = nameOf(url);
	const range = parseContentRange(headers.get('content-range'));
	if (status === 206 && range && range.first === asked.first && range.last <= asked.last) return { response, range };
	await response.body?.cancel();
	if (status === 206) {
		const given = range ? `bytes ${range.first}-${range.last}` : 'a part without a range';
		throw new PermanentError(
			'unreadable',
			`${name} can't be read in parts: bytes ${asked.first}-${asked.last} were asked for, and the server gave ${given}`,
		);
	}
	if (status === 200) throw new NoRanges(name, 'the server ignores ranges');
	if (status === 416)
		throw new PermanentError(
			'corrupt',
			asked.first === 0 ? `${name} is empty` : `${name} ends before byte ${asked.first}`,
		);
	throw refusal(response, url);
};

const refusal = ({ status, headers }: Response, url: URL): Error => {
	const message = `${nameOf(url)} answered ${status}`;
	if (isTransientStatus(status)) return transientAnswer(status, message, headers.get('retry-after'));
	return new PermanentError(status === 404 ? 'not-found' : 'refused', message);
};

/** The file in a message; never by the whole URL, since its query may contain a signature. */
const nameOf = (url: URL) => `The video file at ${url.host}`;
