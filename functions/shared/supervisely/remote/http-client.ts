import type { Token } from '../../aws/secret.ts';
import {
	FramefanError,
	messageOf,
	PermanentError,
	SamplingFailure,
	TooManyRequests,
	TransientError,
	transientAnswer,
} from '../../errors.ts';
import { isGone, reach, redirectMessage } from '../../reach.ts';
import { retrying } from '../../retrying.ts';
import { isTransientStatus } from '../../transient.ts';
import { encodeForm, type FormPart, streamOf } from './multipart.ts';
import { makePace, type Pace } from './pace.ts';

/** A connection to a Supervisely server; all JSON endpoints are called by POST, as in the SDK. */
export type SuperviselyHttp = {
	/** Server address without a slash at its end, such as `https://app.supervisely.com`. */
	server: string;
	/** Calls an endpoint such as `projects.info` with a JSON body. */
	call(endpoint: string, body: unknown): Promise<unknown>;
	/** Calls that must be retried together: after a transient error, all of them are repeated from the first. */
	together<Result>(work: (call: SuperviselyHttp['call']) => Promise<Result>): Promise<Result>;
	/** Calls an endpoint with a multipart form. */
	upload(endpoint: string, form: FormPart[]): Promise<unknown>;
	/** Calls an endpoint and streams its answer, which may be too large for memory; a retry starts over. */
	read<Result>(
		endpoint: string,
		body: unknown,
		consume: (answer: AsyncIterable<Uint8Array>) => Promise<Result>,
	): Promise<Result>;
	/** Calls an endpoint with a multipart answer: one part per requested entity, named by its id. */
	downloadParts(endpoint: string, body: unknown): Promise<Map<string, string>>;
	/** Headers for downloading the server's files. */
	authorization(): Promise<Record<string, string>>;
};

/** Default time limit of a call. */
const usualTimeoutMs = 60_000;
/** Time limit of a call with a streamed answer. */
const longTimeoutMs = 200_000;
const mostTries = 6;

/** The server refused a call permanently. `body`: its answer. */
export class CallRefused extends PermanentError {
	readonly status: number;
	readonly body: unknown;
	constructor(status: number, endpoint: string, body: unknown) {
		super(status === 404 ? 'not-found' : 'refused', `${endpoint} answered ${status}: ${serverMessage(body)}`);
		this.status = status;
		this.body = body;
	}
}

/**
 * @param options.timeoutMs time limit of a call before it is retried; that of a streamed answer is longer
 * @param options.signal aborts all calls, also those waiting for a retry
 * @param options.pace of all calls of this sandbox to the server
 * @param options.quick for interactive use: fails after the second try when the server is unreachable
 * @throws CallRefused for a permanent error; SamplingFailure for 401 and 403, which every call would get; transient
 * errors after the last try
 */
export function connectSupervisely(
	address: string,
	token: Token,
	{
		timeoutMs = usualTimeoutMs,
		signal,
		pace = makePace(),
		quick = false,
	}: { timeoutMs?: number; signal?: AbortSignal; pace?: Pace; quick?: boolean } = {},
): SuperviselyHttp {
	const server = address.replace(/\/+$/, '');
	const authorization = async (isRefused = false) => {
		const value = (await token(isRefused)).trim();
		// Otherwise the error message of `fetch` would quote the invalid token.
		if (!/^[\x21-\x7e]+$/.test(value)) {
			throw new SamplingFailure(
				'The API token is invalid: it is empty or contains spaces or line breaks. Store it again',
			);
		}
		return { 'x-api-key': value };
	};

	const request = async (
		endpoint: string,
		init: () => { body: string | ReadableStream<Uint8Array>; headers: Record<string, string> },
		within = timeoutMs,
	): Promise<Response> => {
		const send = async (key: Record<string, string>) => {
			await pace.turn(signal);
			const { body, headers } = init();
			const silence = AbortSignal.timeout(within);
			try {
				return await reach(new URL(`${addressOf(server)}/public/api/v3/${endpoint}`), {
					method: 'POST',
					body,
					// Needed for a stream: it is sent completely before the answer is read.
					duplex: 'half',
					headers: { ...headers, ...key },
					// The token is for this host only.
					redirect: 'manual',
					signal: AbortSignal.any([silence, ...(signal ? [signal] : [])]),
				});
			} catch (error) {
				signal?.throwIfAborted();
				throw silence.aborted
					? new TransientError(`${server} did not answer ${endpoint} within ${within / 1000} s`, null)
					: error;
			}
		};
		const key = await authorization();
		let response = await send(key);
		if (response.status === 401 || response.status === 403) {
			const fresh = await authorization(true);
			if (fresh['x-api-key'] !== key['x-api-key']) {
				await response.body?.cancel();
				response = await send(fresh);
			}
		}
		if (response.status !== 429) pace.accepted();
		if (response.ok) return response;
		const redirect = redirectMessage(server, response);
		if (redirect) {
			await response.body?.cancel();
			throw new SamplingFailure(redirect);
		}
		const text = await response.text();
		if (isTransientStatus(response.status)) {
			const message = `${endpoint} answered ${response.status}: ${text.slice(0, 200)}`;
			const error = transientAnswer(response.status, message, response.headers.get('retry-after'));
			if (error instanceof TooManyRequests) pace.refused(error.seconds);
			throw error;
		}
		if (response.status === 401 || response.status === 403) {
			throw new SamplingFailure(
				`${server} refused the API token (${endpoint} answered ${response.status}): check the token and its rights`,
			);
		}
		throw new CallRefused(response.status, endpoint, jsonOrText(text));
	};

	const post = async (...call: Parameters<typeof request>) => parsed(call[0], await (await request(...call)).text());

	const json = (body: unknown) => () => ({
		body: JSON.stringify(body),
		headers: { 'content-type': 'application/json' },
	});
	const postJson = (endpoint: string, body: unknown) => post(endpoint, json(body));

	const withRetries = <Result>(work: () => Promise<Result>): Promise<Result> =>
		retrying(work, {
			...{ retries: mostTries - 1, minTimeout: 500, maxTimeout: 8000 },
			...(signal ? { signal } : {}),
			...(quick ? { isLast: isGone } : {}),
		}).catch(error => {
			const isCut = error instanceof DOMException || (error instanceof TypeError && error.message === 'terminated');
			throw isCut && !signal?.aborted
				? new TransientError(
						`${server} closed the connection before its answer was complete: ${messageOf(error)}`,
						null,
					)
				: error;
		});

	return {
		server,
		authorization: () => authorization(),
		call: (endpoint, body) => withRetries(() => postJson(endpoint, body)),
		together: work => withRetries(() => work(postJson)),
		upload: (endpoint, form) => {
			const { pieces, headers } = encodeForm(form);
			return withRetries(() => post(endpoint, () => ({ body: streamOf(pieces), headers })));
		},
		read: (endpoint, body, consume) =>
			withRetries(async () => {
				const response = await request(endpoint, json(body), longTimeoutMs);
				if (!response.body) throw new FramefanError(`${endpoint} answered without a body`);
				return consume(response.body);
			}),
		downloadParts: (endpoint, body) =>
			withRetries(async () => {
				const response = await request(endpoint, json(body));
				return readParts(endpoint, await response.arrayBuffer(), response.headers);
			}),
	};
}

/**
 * Validates the server's address.
 * @throws SamplingFailure for an invalid HTTP address, without showing it: it may contain a password
 */
const addressOf = (server: string): string => {
	const url = URL.canParse(server) ? new URL(server) : undefined;
	if (!url || !/^https?:$/.test(url.protocol))
		throw new SamplingFailure(
			'The address of the Supervisely server must be an HTTP address, such as https://app.supervisely.com',
		);
	if (url.username || url.password)
		throw new SamplingFailure(
			'The address of the Supervisely server has a user name or password in it: leave them out',
		);
	return server;
};

const readParts = async (endpoint: string, bytes: ArrayBuffer, headers: Headers): Promise<Map<string, string>> => {
	try {
		const form = await new Response(bytes, {
			headers: { 'content-type': headers.get('content-type') ?? '' },
		}).formData();
		const texts = [...form].map(async ([name, part]) => [name, typeof part === 'string' ? part : await part.text()]);
		return new Map((await Promise.all(texts)) as [string, string][]);
	} catch (error) {
		throw new PermanentError('unreadable', `${endpoint} answered with a malformed multipart body`, { cause: error });
	}
};

const jsonOrText = (text: string): unknown => {
	try {
		return JSON.parse(text);
	} catch {
		// An HTML page, for example of a proxy: keeps its text.
		return text
			.replace(/<[^>]*>/g, ' ')
			.replace(/\s+/g, ' ')
			.trim()
			.slice(0, 200);
	}
};

const parsed = (endpoint: string, text: string): unknown => {
	// Some calls answer without a body; callers that need one validate it.
	if (text === '') return undefined;
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new FramefanError(`${endpoint} did not answer JSON: ${text.slice(0, 100)}`, { cause: error });
	}
};

/** The message of an error body: `{error, details: {message} | [{message}]}` or something else. */
const serverMessage = (body: unknown): string => {
	if (typeof body !== 'object' || body === null) return String(body);
	const { error, details } = body as { error?: unknown; details?: unknown };
	const [detail] = Array.isArray(details) ? details : [details];
	const message = (detail as { message?: unknown } | undefined)?.message;
	return [error, message].filter(part => typeof part === 'string').join(': ') || JSON.stringify(body).slice(0, 200);
};
