import type { S3Client } from '@aws-sdk/client-s3';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { FramefanError, messageOf } from '#shared/errors.ts';

/** Writers of one document at the same time, and documents they write. */
const writers = 8;
const races = 3;

/**
 * Whether an S3 that somebody else wrote does what the state stands on: documents that are created once and replaced
 * only as they were read, and listings that show at once what was written.
 * @returns what it does only while nobody else writes, in one line; such an S3 is good enough to try things out
 * @throws FramefanError that names what it doesn't do
 */
export const checkS3 = async (s3: S3Client, bucket: string, endpoint: string): Promise<string | undefined> => {
	const store = makeStateStore(s3, bucket);
	const folder = `check/${crypto.randomUUID()}/`;
	const key = `${folder}document.json`;
	const raced = Array.from({ length: races }, (_, race) => `${folder}race-${race}.json`);
	const refuse = (what: string): never => {
		throw new FramefanError(
			`The S3 at ${endpoint} can't keep the state: ${what}. Use one that knows conditional writes (PUT with If-None-Match: * and If-Match), or leave AWS_ENDPOINT_URL_S3 out`,
		);
	};
	const must = async (what: string, wanted: boolean, done: () => Promise<boolean>): Promise<void> => {
		const found = await done().catch(error => refuse(`${what} ended with ${messageOf(error)}`));
		if (found !== wanted) refuse(`${what} was ${found ? 'done' : 'refused'}`);
	};
	/** Of several who write at the same time one may win. */
	const winners = async (write: (writer: number) => Promise<boolean>): Promise<number> =>
		(await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))).filter(won => won).length;
	try {
		await must('creating a document', true, () => store.create(key, { version: 1 }));
		await must('creating one that is there', false, () => store.create(key, { version: 2 }));
		const found = await store.read(key);
		if (JSON.stringify(found?.value) !== '{"version":1}') refuse('a document came back changed');
		const { etag = '' } = found ?? {};
		await must('replacing one as it was read', true, () => store.replace(key, { version: 3 }, etag));
		await must('replacing one that has changed since', false, () => store.replace(key, { version: 4 }, etag));
		const { keys } = await store.page(folder, undefined, 10);
		if (keys.join() !== key) refuse(`a listing has ${keys.length} of 1 documents`);

		for (const race of raced) {
			const created = await winners(writer => store.create(race, { writer }));
			const { etag: read = '' } = (await store.read(race)) ?? {};
			const replaced = await winners(writer => store.replace(race, { writer, again: true }, read));
			if (created > 1 || replaced > 1)
				return `The S3 at ${endpoint} lets ${Math.max(created, replaced)} of ${writers} who write the same at one time win: work may be done twice. It is good for trying things out only`;
		}
		return undefined;
	} finally {
		await Promise.all([key, ...raced].map(each => store.remove(each).catch(() => {})));
	}
};
