import type { S3Client } from '@aws-sdk/client-s3';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { FramefanError, messageOf } from '#shared/errors.ts';

/**
 * Whether an S3 that somebody else wrote does what the state stands on: documents that are created once and replaced
 * only as they were read, and listings that show at once what was written.
 * @throws FramefanError that names what it doesn't do
 */
export const checkS3 = async (s3: S3Client, bucket: string, endpoint: string): Promise<void> => {
	const store = makeStateStore(s3, bucket);
	const folder = `check/${crypto.randomUUID()}/`;
	const key = `${folder}document.json`;
	const refuse = (what: string): never => {
		throw new FramefanError(
			`The S3 at ${endpoint} can't keep the state: ${what}. Use one that knows conditional writes (PUT with If-None-Match: * and If-Match), or leave AWS_ENDPOINT_URL_S3 out`,
		);
	};
	const must = async (what: string, wanted: boolean, done: () => Promise<boolean>): Promise<void> => {
		const found = await done().catch(error => refuse(`${what} ended with ${messageOf(error)}`));
		if (found !== wanted) refuse(`${what} was ${found ? 'done' : 'refused'}`);
	};
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
	} finally {
		await store.remove(key).catch(() => {});
	}
};
