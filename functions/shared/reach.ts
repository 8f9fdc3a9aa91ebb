import { TransientError } from './errors.ts';

/** What stays until somebody mends the address, the certificate or the network. */
const lasting =
	/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|ERR_SSL|EPROTO|bad port)/;

/** A host that gave no answer, told in one sentence. */
export class Unreachable extends TransientError {
	override readonly name: string = 'Unreachable';
	/** Whether trying again within seconds is pointless. */
	readonly lasts: boolean;
	constructor(host: string, cause: unknown) {
		const code = codeOf(cause);
		super(`${host} can't be reached (${code}): check the address and the network`, null);
		this.lasts = lasting.test(code);
	}
}

/** The code of a failed connection, such as ENOTFOUND; where there is none, its message. */
const codeOf = (error: unknown): string => {
	const { code, message, cause } = (error ?? {}) as { code?: unknown; message?: string; cause?: unknown };
	if (cause) return codeOf(cause);
	return typeof code === 'string' ? code : message || String(error);
};

/**
 * `fetch` that tells a failed connection by its host and cause.
 * @throws Unreachable; what the signal was aborted with
 */
export const reach = async (url: URL, init: RequestInit & { duplex?: 'half' }): Promise<Response> => {
	try {
		return await fetch(url, init);
	} catch (error) {
		init.signal?.throwIfAborted();
		throw new Unreachable(url.host, error);
	}
};

/** Tries for a host that can't be reached, when a person waits for the answer. */
const quickTries = 2;

/** For `retrying`: nobody is to wait long for a host that isn't there. */
export const isGone = (error: Error, attempt: number): boolean =>
	error instanceof Unreachable && error.lasts && attempt >= quickTries;
