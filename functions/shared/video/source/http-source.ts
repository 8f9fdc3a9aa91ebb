import { PermanentError, TryLater } from '../../errors.ts';
import { isPassingStatus } from '../../passing.ts';
import { retrying } from '../../retrying.ts';
import type { ByteSource } from './byte-source.ts';

const headerTimeoutMs = 30_000;
const redirectsFollowed = 5;

export type HttpSourceOptions = {
	url: URL;
	/** Headers for the first host only, such as the API token; a redirect to another host doesn't get them. */
	headers?: () => Promise<Record<string, string>>;
};

/** The server gives the file only whole: it has to be copied before it can be read in parts. */
export class NoRanges extends PermanentError {
	constructor(what: string) {
		super('unsupported', `${what} can't be read in parts: the server ignores ranges`);
	}
}

type Answer = { response: Response; total: number };

/**
 * A video behind a URL whose server answers byte ranges.
 * A range that breaks off is asked for again from where it broke.
 * @throws PermanentError `not-found` or `refused`; NoRanges
 */
export const openHttp = async (options: HttpSourceOptions): Promise<ByteSource> => {
	const ask = (offset: number, length: number, signal?: AbortSignal): Promise<Answer> =>
		retrying(
			async () => checked(await request(options, `bytes=${offset}-${offset + length - 1}`, signal), options.url),
			tries(signal),
		);

	const first = await ask(0, 1);
	await first.response.body?.cancel();
	const size = first.total;

	const stream = async function* (offset: number, length: number, signal?: AbortSignal): AsyncIterable<Uint8Array> {
		const end = Math.min(offset + length, size);
		let failures = 0;
		for (let at = offset; at < end; ) {
			const { response } = await ask(at, end - at, signal);
			try {
				for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
					at += piece.length;
					failures = 0;
					yield piece;
				}
			} catch (error) {
				if (signal?.aborted || ++failures > 5) throw error;
			}
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
};

/**
 * The same file from its first byte to its last, for servers that answer no ranges.
 * @throws PermanentError `not-found` or `refused`; what breaks it off, since it can't be gone on with
 */
export const streamWhole = async function* (
	options: HttpSourceOptions,
	signal: AbortSignal,
): AsyncIterable<Uint8Array> {
	const response = await retrying(async () => {
		const answer = await request(options, undefined, signal);
		if (answer.status === 200) return answer;
		await answer.body?.cancel();
		throw refusal(answer, options.url);
	}, tries(signal));
	const said = Number(response.headers.get('content-length') ?? Number.NaN);
	let size = 0;
	for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
		size += piece.length;
		yield piece;
	}
	if (Number.isFinite(said) && size !== said && !response.headers.has('content-encoding'))
		throw new Error(`${nameOf(options.url)} broke off after ${size} of ${said} bytes`);
};

const tries = (signal?: AbortSignal) => ({ retries: 5, minTimeout: 300, ...(signal ? { signal } : {}) });

const request = async (
	options: HttpSourceOptions,
	range: string | undefined,
	signal?: AbortSignal,
): Promise<Response> => {
	let url = options.url;
	for (let hop = 0; hop <= redirectsFollowed; hop++) {
		const own = url.origin === options.url.origin ? await options.headers?.() : {};
		// Only the wait for the answer is timed, not the bytes that follow.
		const slow = new AbortController();
		const timer = setTimeout(() => slow.abort(new Error(`${hostOf(url)} did not answer`)), headerTimeoutMs);
		const init = {
			headers: { ...own, ...(range === undefined ? {} : { range }) },
			signal: AbortSignal.any([slow.signal, ...(signal ? [signal] : [])]),
		};
		const response = await fetch(url, { ...init, redirect: 'manual' }).finally(() => clearTimeout(timer));
		const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
		if (!location) return response;
		await response.body?.cancel();
		url = new URL(location, url);
		if (url.protocol !== 'https:' && url.origin !== options.url.origin) {
			throw new PermanentError(
				'refused',
				`${hostOf(options.url)} redirects to ${url.protocol}//${url.host}: only https is followed`,
			);
		}
	}
	throw new PermanentError('refused', `${hostOf(options.url)} redirects more than ${redirectsFollowed} times`);
};

const checked = async (response: Response, url: URL): Promise<Answer> => {
	const { status } = response;
	const range = /^bytes \d+-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
	if (status === 206 && range) return { response, total: Number(range[1]) };
	await response.body?.cancel();
	if (status === 200) throw new NoRanges(nameOf(url));
	if (status === 416) throw new PermanentError('corrupt', `${nameOf(url)} is empty`);
	throw refusal(response, url);
};

const refusal = ({ status, headers }: Response, url: URL): Error => {
	const message = `${nameOf(url)} answered ${status}`;
	if (isPassingStatus(status)) return new TryLater(message, headers.get('retry-after'));
	return new PermanentError(status === 404 ? 'not-found' : 'refused', message);
};

const nameOf = (url: URL) => `The video file at ${hostOf(url)}`;

/** Never the whole URL: its query may carry a signature. */
const hostOf = (url: URL): string => url.host;
