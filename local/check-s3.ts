import { FramefanError, messageOf } from '#shared/errors.ts';
import type { StateStore } from '#shared/state-store.ts';

/** Simultaneous writers of a document, and number of documents. */
const writers = 8;
const races = 3;

/** Tries of the check: if the answer to a conditional write is lost, its retry fails. */
const looks = 3;

/**
 * Checks that an S3 of another vendor supports what the state needs: documents that are created once and replaced
 * only if unchanged, and strongly consistent listings.
 * @returns a warning if it fails only under concurrent writes; such an S3 is good enough for trials
 * @throws FramefanError with the failed operation
 */
export async function checkS3(store: StateStore, endpoint: string): Promise<string | undefined> {
	for (let look = 1; ; look++) {
		const folder = `check/${crypto.randomUUID()}/`;
		const fails = await whatFails(store, folder);
		if (fails === undefined) return raceIn(store, folder, endpoint);
		if (look < looks) continue;
		throw new FramefanError(
			`The S3 at ${endpoint} can't store the state: ${fails}. Use an S3 with conditional writes (PUT with If-None-Match: * and If-Match), or unset AWS_ENDPOINT_URL_S3`,
		);
	}
}

/** The first operation of a single writer with a wrong result, and that result. */
const whatFails = async (store: StateStore, folder: string): Promise<string | undefined> => {
	const key = `${folder}document.json`;
	let doing = '';
	const isDone = async (what: string, work: Promise<boolean>) => {
		doing = what;
		return work;
	};
	try {
		if (!(await isDone('creating a document', store.create(key, { version: 1 })))) return `${doing} failed`;
		if (await isDone('creating a document that exists', store.create(key, { version: 2 }))) return `${doing} succeeded`;
		const { value, etag = '' } = (await store.read(key)) ?? {};
		if (JSON.stringify(value) !== '{"version":1}') return 'a document that was read back was not as written';
		const replace = (version: number) => store.replace(key, { version }, etag);
		if (!(await isDone('replacing an unchanged document', replace(3)))) return `${doing} failed`;
		if (await isDone('replacing a document that has changed', replace(4))) return `${doing} succeeded`;
		const { keys } = await store.page(folder, undefined, 10);
		return keys.join() === key ? undefined : `a listing has ${keys.length} of 1 documents`;
	} catch (error) {
		return `${doing} ended with ${messageOf(error)}`;
	} finally {
		await store.remove(key).catch(() => {});
	}
};

/** Only one of several simultaneous conditional writes may succeed. @returns a warning if more do */
const raceIn = async (store: StateStore, folder: string, endpoint: string): Promise<string | undefined> => {
	const keys = Array.from({ length: races }, (_, race) => `${folder}race-${race}.json`);
	const winners = async (write: (writer: number) => Promise<boolean>): Promise<number> => {
		const all = Array.from({ length: writers }, (_, writer) => write(writer).catch(() => false));
		return (await Promise.all(all)).filter(won => won).length;
	};
	try {
		for (const key of keys) {
			const created = await winners(writer => store.create(key, { writer }));
			const { etag = '' } = (await store.read(key)) ?? {};
			const replaced = await winners(writer => store.replace(key, { writer, again: true }, etag));
			if (created > 1 || replaced > 1)
				return `The S3 at ${endpoint} lets ${Math.max(created, replaced)} of ${writers} simultaneous conditional writes succeed, so work may be done twice: use it for trials only`;
		}
		return undefined;
	} finally {
		await Promise.all(keys.map(key => store.remove(key).catch(() => {})));
	}
};
