import { TransientError } from './errors.ts';

/** Errors that last until the address, the certificate or the network is fixed. */
const lasting =
	/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|ERR_SSL|EPROTO|bad port)/;

/** A host that cannot be reached. */
export class Unreachable extends TransientError {
	override readonly name: string = 'Unreachable';
	/** Whether a retry within seconds is pointless. */
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
 * `fetch` whose connection errors name the host and the cause.
 * @throws Unreachable; the reason of an aborted signal
 */
export async function reach(url: URL, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
	try {
		return await fetch(url, init);
	} catch (error) {
		init.signal?.throwIfAborted();
		throw new Unreachable(url.host, error);
	}
}

/**
 * The error message for an answer that redirects a call with a token, which must not go to another host.
 * @returns undefined for any other answer
 */
export function redirectMessage(server: string, { status, headers }: Response): string | undefined {
	if (status < 300 || status >= 400) return undefined;
	const location = headers.get('location') ?? '';
	const target = URL.canParse(location, server) ? new URL(location, server).origin : 'an invalid address';
	return `${server} redirects to ${target}: set the address that the server really has`;
}

/** Tries for an unreachable host when a user is waiting. */
const quickTries = 2;

/** For `retrying`: stops early for an unreachable host. */
export function isGone(error: Error, tries: number): boolean {
	return error instanceof Unreachable && error.lasts && tries >= quickTries;
}
