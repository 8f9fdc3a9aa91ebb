import type { Probe } from '../../circuit-breaker.ts';
import { FramefanError, messageOf, transientAnswer } from '../../errors.ts';
import { reach } from '../../reach.ts';
import { isTransientStatus } from '../../transient.ts';

const timeoutMs = 3000;

/**
 * Asks a server for its version, once and without a token. Any answer shows that the server is up, even a refusal or a
 * rate limit, except for the statuses of a failing server or proxy.
 * @param server its address
 */
export function makeProbe(server: string): Probe {
	const url = `${server.replace(/\/+$/, '')}/public/api/v3/instance.version`;
	return async () => {
		// A wrong address is not an outage: the error of every call names it.
		if (!URL.canParse(url)) return undefined;
		try {
			const response = await reach(new URL(url), {
				...{ method: 'POST', body: '{}', redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) },
				headers: { 'content-type': 'application/json' },
			});
			await response.body?.cancel();
			if (!isTransientStatus(response.status) || response.status === 429) return undefined;
			const why = `it answers ${response.status}`;
			const { seconds } = transientAnswer(response.status, why, response.headers.get('retry-after'));
			return { why, seconds };
		} catch (error) {
			const why = error instanceof FramefanError ? messageOf(error) : `it did not answer within ${timeoutMs / 1000} s`;
			return { why, seconds: 0 };
		}
	};
}
