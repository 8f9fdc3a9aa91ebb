import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { exportImagesProject } from '../project-format/images-project-export.ts';
import { BlobFolder } from './blobs.ts';
import { type Context, projectOf } from './context.ts';
import { type Counter, Counters } from './counters.ts';
import { jsonEndpoint, parse } from './endpoint.ts';
import { annotationEndpoints } from './endpoints/annotations.ts';
import { datasetEndpoints } from './endpoints/datasets.ts';
import { figureEndpoints } from './endpoints/figures.ts';
import { imageUploadEndpoints } from './endpoints/image-upload.ts';
import { imageEndpoints } from './endpoints/images.ts';
import { projectEndpoints } from './endpoints/projects.ts';
import { videoEndpoints } from './endpoints/videos.ts';
import { exportedProject } from './exported-project.ts';
import { type FaultRule, Faults, faultRulesSchema } from './faults.ts';
import { serveFile } from './file-reply.ts';
import { FolderLock } from './folder-lock.ts';
import { createHttpServer } from './http-server.ts';
import { importVideoProject } from './import-video-project.ts';
import { jsonReply } from './reply.ts';
import { Store } from './store.ts';
import { keptToken } from './token.ts';

export type { FaultRule } from './faults.ts';

/** The version of Supervisely that this server behaves like. */
const instanceVersion = '6.17.8';

/** A running server. */
export type SuperviselyServer = {
	/** Root URL, such as `http://127.0.0.1:8080`. */
	address: string;
	/** The API token that every request must have in `x-api-key`. */
	token: string;
	close(): Promise<void>;
	/** Imports a folder in Supervisely's video project format, or finds the project of an earlier, equal import. */
	importVideoProject(
		folder: string,
		options?: { name?: string },
	): Promise<{ id: number; name: string; alreadyThere: boolean }>;
	/** Writes a project into a folder in Supervisely's image project format. Idempotent. */
	exportImagesProject(projectId: number, folder: string): Promise<void>;
	projects(): { id: number; name: string; type: string }[];
	/** Requests and body bytes by endpoint, since the start. */
	counters(): Record<string, Counter>;
	/** Replaces the rules for injected faults. */
	setFaults(rules: FaultRule[]): void;
};

/**
 * Starts a Supervisely-compatible server on 127.0.0.1. Its state is in `dataDir` and survives a crash at any moment.
 * @param options.port 0, the default: any free port.
 * @param options.token default: generated once and stored in `dataDir`.
 * @throws Error when the port is in use, or the data folder is damaged or served by another process.
 */
export async function startSuperviselyServer(options: {
	dataDir: string;
	port?: number;
	token?: string;
}): Promise<SuperviselyServer> {
	const token = options.token ?? keptToken(options.dataDir);
	const folderLock = new FolderLock(options.dataDir);
	await folderLock.throwIfHeld();
	const store = new Store(options.dataDir);
	let address = '';
	let importing: Promise<unknown> = Promise.resolve();
	const context: Context = { store, blobs: new BlobFolder(join(options.dataDir, 'blobs')), address: () => address };
	const counters = new Counters();
	const faults = new Faults();
	const httpServer = createHttpServer({
		token,
		counters,
		faults,
		file: serveFile(context),
		api: {
			'instance.version': jsonEndpoint(z.unknown(), () => ({ version: instanceVersion })),
			...projectEndpoints(context),
			...datasetEndpoints(context),
			...videoEndpoints(context),
			...imageEndpoints(context),
			...imageUploadEndpoints(context),
			...annotationEndpoints(context),
			...figureEndpoints(context),
		},
		own: {
			nonce: async () => jsonReply(folderLock.nonce),
			counters: jsonEndpoint(z.unknown(), () => counters.all()),
			faults: async exchange => {
				if (exchange.request.method !== 'PUT') return jsonReply(faults.rules());
				faults.set(parse(faultRulesSchema, await exchange.json()));
				return jsonReply(faults.rules());
			},
		},
	});
	httpServer.listen(options.port ?? 0, '127.0.0.1');
	await once(httpServer, 'listening').catch(error => {
		store.close();
		throw error;
	});
	address = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
	folderLock.take(address);
	return {
		address,
		token,
		close: async () => {
			const closed = once(httpServer, 'close');
			httpServer.close();
			httpServer.closeAllConnections();
			await closed;
			await importing;
			store.close();
			folderLock.release();
		},
		importVideoProject: (folder, options) => {
			// One import at a time, so that of two imports of a folder the second one finds the project of the first.
			const imported = importing.then(() => importVideoProject(context, folder, options));
			importing = imported.catch(() => {});
			return imported;
		},
		exportImagesProject: async (projectId, folder) =>
			exportImagesProject(exportedProject(context, projectOf(store, projectId)), folder),
		projects: () => [...store.projects.values()].map(({ id, name, type }) => ({ id, name, type })),
		counters: () => counters.all(),
		setFaults: rules => faults.set(rules),
	};
}
