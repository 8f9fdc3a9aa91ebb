import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ServiceEnvironment } from '#local/services.ts';
import { at } from '#shared/at.ts';
import { FramefanError } from '#shared/errors.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import { type ListedSampling, listedOf, listedSchema, type SamplingStatus } from '../functions/api/schemas.ts';
import { type ApiAddress, type ApiClient, makeApiClient } from './api-client.ts';
import { lockDataFolder } from './data-folder.ts';

const localSchema = z.object({
	id: z.string(),
	/** Address of the Supervisely server. */
	server: z.string(),
	request: requestSchema,
});
/** Facts about a local sampling that are known without its stack. */
export type LocalSampling = z.input<typeof localSchema>;

const addressSchema = z.object({
	httpUrl: z.string(),
	region: z.string(),
	/** Present if the stack has generated them itself. */
	credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }).optional(),
});

/** Stores which sampling a data folder is for. */
export function keepLocalSampling(dataDir: string, sampling: LocalSampling): void {
	writeFileSync(join(dataDir, 'sampling.json'), JSON.stringify(sampling));
}

/**
 * Publishes the address of the stack of a data folder for other processes of the same user.
 * @returns a function that removes it
 */
export function announceStack(dataDir: string, { httpUrl, region, credentials }: ApiAddress): () => void {
	const file = join(dataDir, 'api.json');
	// Credentials of external services stay in the environment.
	const address = { httpUrl, region, ...(hasExternalServices() ? {} : { credentials }) };
	rmSync(file, { force: true });
	writeFileSync(file, JSON.stringify(address), { mode: 0o600 });
	return () => rmSync(file, { force: true });
}

const endedFile = 'ended.json';

/** Stores what the list shows of a sampling that has ended, so that its stack need not be started for it. */
export function keepEnded(dataDir: string, status: SamplingStatus): void {
	writeFileSync(join(dataDir, endedFile), JSON.stringify(listedOf(status)));
}

/** Removes what `keepEnded` has stored, before the sampling goes on. */
export function forgetEnded(dataDir: string): void {
	rmSync(join(dataDir, endedFile), { force: true });
}

/** What the list shows of a sampling, if it has ended; undefined when that is not known without its stack. */
export function endedSampling(dataDir: string): ListedSampling | undefined {
	try {
		return listedSchema.safeParse(JSON.parse(readFileSync(join(dataDir, endedFile), 'utf8'))).data;
	} catch {
		return undefined;
	}
}

/** The samplings in a data folder, each with its own folder. */
export function localSamplings(data: string): (z.output<typeof localSchema> & { dataDir: string })[] {
	const folders = existsSync(data) ? readdirSync(data, { withFileTypes: true }) : [];
	return folders.flatMap(entry => {
		const dataDir = join(data, entry.name);
		const file = join(dataDir, 'sampling.json');
		if (!entry.isDirectory() || !existsSync(file)) return [];
		const found = localSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
		return found.success ? [{ ...found.data, dataDir }] : [];
	});
}

/** @throws FramefanError when there is none with this id */
export function findLocalSampling(data: string, id: string): ReturnType<typeof localSamplings>[number] {
	const found = localSamplings(data).find(sampling => sampling.id === id);
	if (!found) throw new FramefanError(`There is no sampling ${id} in ${data}: list all with framefan list --local`);
	return found;
}

/**
 * Calls the API of the stack of a data folder: of the running one, or of one started for this call that processes no
 * messages.
 * @param question gets the API, and a function that runs the sweep
 * @param token the Supervisely token, for calls that need the server
 * @param knownVideos folder of indexes that a stack started for this call begins with
 * @param environment may set the external S3 or SQS with the folder's state
 */
export async function askLocalStack<Answer>(
	{
		dataDir,
		server,
		token = '',
		environment = process.env,
		knownVideos,
	}: { dataDir: string; server: string; token?: string; environment?: ServiceEnvironment; knownVideos?: string },
	question: (api: ApiClient, sweep: () => Promise<unknown>) => Promise<Answer>,
): Promise<Answer> {
	const running = await runningStack(dataDir);
	if (running) return question(running, async () => {});
	const unlock = lockDataFolder(dataDir);
	try {
		const tokenParameter = '/framefan/supervisely-token';
		const { startLocalStack } = await import('#local/stack.ts');
		const stack = await startLocalStack({
			dataDir: join(dataDir, 'stack'),
			parameters: { SuperviselyServer: server, TokenParameter: tokenParameter },
			secrets: { [tokenParameter]: token },
			environment,
			idle: true,
		});
		try {
			if (knownVideos !== undefined) {
				const { carryKnownVideos } = await import('./known-videos.ts');
				await carryKnownVideos(stack.s3, at(stack.buckets, 0), knownVideos);
			}
			return await question(makeApiClient(stack), () => stack.invoke('Reduce', { 'detail-type': 'Scheduled Event' }));
		} finally {
			await stack.close();
		}
	} finally {
		unlock();
	}
}

const runningStack = async (dataDir: string): Promise<ApiClient | undefined> => {
	const file = join(dataDir, 'api.json');
	if (!existsSync(file)) return undefined;
	const { credentials: own, ...address } = addressSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
	if (!own && !hasExternalServices()) return undefined;
	const credentials = own ?? (await import('#local/services.ts')).credentialsOf(process.env);
	const api = makeApiClient({ ...address, credentials });
	// The address may be stale, left by a killed process.
	return api.list({ limit: 1 }).then(
		() => api,
		() => undefined,
	);
};

const hasExternalServices = (): boolean => Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL_SQS);
