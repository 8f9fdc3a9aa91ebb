import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { keys, videoIndexName } from '#shared/sampling/keys.ts';

const limit = pLimit(16);

/**
 * Copies video indexes between the local stacks of samplings, so that a file is indexed only once. In a deployment, all
 * samplings share a bucket anyway.
 * @param folder stores the indexes between samplings, for one Supervisely server
 * @returns a function that stores the indexes of this sampling
 */
export async function carryKnownVideos(s3: S3Client, Bucket: string, folder: string): Promise<() => Promise<void>> {
	const ending = `.${videoIndexName}`;
	const files = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith(ending)) : [];
	await Promise.all(
		files.map(name =>
			limit(() => {
				const Key = `${keys.videos}${name.slice(0, -ending.length)}/${videoIndexName}`;
				return s3.send(new PutObjectCommand({ Bucket, Key, Body: readFileSync(join(folder, name)) }));
			}),
		),
	);
	return async () => {
		mkdirSync(folder, { recursive: true });
		for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: keys.videos })) {
			for (const { Key = '' } of page.Contents ?? []) {
				const [, video = '', name] = Key.split('/');
				const file = join(folder, `${video}${ending}`);
				if (!/^\d+-[0-9a-f]+$/.test(video) || name !== videoIndexName || existsSync(file)) continue;
				const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
				writeFileSync(`${file}.part`, (await Body?.transformToByteArray()) ?? '');
				renameSync(`${file}.part`, file);
			}
		}
	};
}
