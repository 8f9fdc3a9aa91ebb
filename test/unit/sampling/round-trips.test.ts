import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SuperviselyClient, sampleVideoProject } from '#library/index.ts';
import { serve, temporaryFolder } from '#test/supervisely-server.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

type Request = { name: string; from: number; to: number };

/** The requests to all servers of this process, in the order in which they began. */
const watchRequests = (): Request[] => {
	const seen: Request[] = [];
	const open = new WeakMap<IncomingMessage, Request>();
	const starts = (message: unknown) => {
		const { request } = message as { request: IncomingMessage };
		const name = request.url?.split('/').at(-1) ?? '';
		const each = { name, from: performance.now(), to: Number.POSITIVE_INFINITY };
		open.set(request, each);
		seen.push(each);
	};
	const ends = (message: unknown) => {
		const each = open.get((message as { request: IncomingMessage }).request);
		if (each) each.to = performance.now();
	};
	subscribe('http.server.request.start', starts);
	subscribe('http.server.response.finish', ends);
	onTestFinished(() => {
		unsubscribe('http.server.request.start', starts);
		unsubscribe('http.server.response.finish', ends);
	});
	return seen;
};

/** How many of these requests were waited for one after the other. */
const longestChain = (requests: Request[]): string[] => {
	const chain: string[] = [];
	let end = 0;
	for (const { name, from, to } of requests.toSorted((a, b) => a.to - b.to)) {
		if (from < end) continue;
		chain.push(name);
		end = to;
	}
	return chain;
};

test('few answers are waited for one after the other before the first images are uploaded', async () => {
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const server = await serve();
	const { id } = await server.importVideoProject(folder);
	server.setFaults([{ match: '*', share: 1, action: { delayMs: 50 } }]);
	const requests = watchRequests();
	await sampleVideoProject(new SuperviselyClient(server.address, server.token), id, { step: 10 });
	const first = requests.findIndex(({ name }) => name === 'images.bulk.upload');
	const chain = longestChain(requests.slice(0, first));
	// Four for the project, and nine for each of its two datasets with a video, whose chunks come last.
	expect(chain.length, chain.join(', ')).toBeLessThanOrEqual(25);
});
