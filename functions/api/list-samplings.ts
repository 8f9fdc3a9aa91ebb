import { FramefanError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import { keys, listedSampling } from '#shared/sampling/keys.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import { findRecord, statusOf } from './sampling-status.ts';
import { type ListedSampling, listedOf, type SamplingList } from './schemas.ts';

const mostPerPage = 100;
const defaultPerPage = 20;

/**
 * One page of all samplings, newest first.
 * @param query `limit`, 1 to 100, and `next` of the previous page
 * @throws ApiError 422 for a malformed `limit` or `next`
 */
export async function listSamplings(
	ports: Pick<ApiPorts, 'store' | 'bucket'>,
	query: Record<string, string | undefined>,
): Promise<SamplingList> {
	const limit = Number(query.limit ?? defaultPerPage);
	if (!/^\d+$/.test(query.limit ?? '1') || limit < 1 || limit > mostPerPage) {
		throw new ApiError(422, `limit is ${JSON.stringify(query.limit)}: it must be from 1 to ${mostPerPage}`, 'limit');
	}
	if (query.next !== undefined && !/^\d{15}-[A-Za-z0-9-]{1,64}$/.test(query.next)) {
		throw new ApiError(422, 'next is not a value that a page returned: leave it out to start with the newest', 'next');
	}
	const after = query.next === undefined ? undefined : `${keys.list}${query.next}.json`;
	const page = await ports.store.page(keys.list, after, limit);
	const last = page.keys.at(-1);
	return {
		samplings: (await Promise.all(page.keys.map(key => rowOrNone(ports, listedSampling(key))))).flat(),
		next: page.more && last ? last.slice(keys.list.length, -'.json'.length) : null,
	};
}

/** Empty when the documents have expired or can't be read, so that one sampling can't break the list. */
const rowOrNone = async (ports: Pick<ApiPorts, 'store' | 'bucket'>, id: string): Promise<ListedSampling[]> => {
	try {
		return [await rowOf(ports, id)];
	} catch (error) {
		if (!(error instanceof FramefanError)) throw error;
		log.warn('Skipped a sampling in the list: its documents could not be read', { sampling: id, error });
		return [];
	}
};

const rowOf = async (ports: Pick<ApiPorts, 'store' | 'bucket'>, id: string): Promise<ListedSampling> =>
	listedOf(await statusOf(ports, await findRecord(ports.store, id)));
