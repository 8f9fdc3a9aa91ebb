import { createReadStream, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** How large the annotation is: figures on each of so many frames. */
export type Extent = { frames: number; figures: number };

/** An answer of `videos.annotations.bulk.info`, piece by piece; a figure's left side is its frame modulo 500. */
const annotationText = function* ({ frames, figures }: Extent): Iterable<string> {
	const objects = Array.from({ length: figures }, (_, at) => ({
		id: 400 + at,
		classTitle: 'car',
		classId: 1,
		tags: [],
	}));
	const head = { videoId: 3, size: { width: 640, height: 480 }, framesCount: frames, tags: [], objects };
	yield `[${JSON.stringify(head).slice(0, -1)},"frames":[`;
	for (let index = 0; index < frames; index++) {
		const left = index % 500;
		const own = objects.map(({ id }, at) => ({
			id: index * figures + at + 1000,
			objectId: id,
			geometryType: 'rectangle',
			geometry: {
				points: {
					exterior: [
						[left, at],
						[left + 30, at + 30],
					],
					interior: [],
				},
			},
		}));
		yield (index > 0 ? ',' : '') + JSON.stringify({ index, figures: own });
	}
	yield ']}]';
};

/** A server that has one video with a large annotation, and an empty destination. */
export async function serveLargeVideo(file: string, extent: Extent) {
	const sent = { annotationBytes: 0 };
	const empty = { total: 0, perPage: 500, pagesCount: 0, entities: [] };
	const dataset = { id: 2, name: 'all', projectId: 1, parentId: null };
	const meta = { classes: [{ id: 1, title: 'car', shape: 'rectangle', color: '#112233' }], tags: [] };
	const answers: Record<string, unknown> = {
		'projects.info': { id: 1, name: 'source', workspaceId: 1, type: 'videos' },
		'datasets.info': dataset,
		'videos.info': { id: 3, name: 'a.mp4', projectId: 1, datasetId: 2, fullStorageUrl: '/a.mp4' },
		'datasets.list': empty,
		'datasets.add': { ...dataset, id: 8 },
		'datasets.editInfo': {},
		'images.list': empty,
		'projects.meta': meta,
	};
	const annotation = function* () {
		for (const text of annotationText(extent)) {
			sent.annotationBytes += text.length;
			yield text;
		}
	};
	const answer = async (path: string, range: string | undefined, response: ServerResponse) => {
		const endpoint = path.slice(path.lastIndexOf('/') + 1);
		if (endpoint === 'videos.annotations.bulk.info') return pipeline(Readable.from(annotation()), response);
		if (endpoint !== 'a.mp4') return void response.end(JSON.stringify(answers[endpoint]));
		const { size } = statSync(file);
		const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
		const [start, end] = [Number(first), Math.min(last === '' ? size - 1 : Number(last), size - 1)];
		response.writeHead(range ? 206 : 200, { 'content-range': `bytes ${start}-${end}/${size}` });
		return pipeline(createReadStream(file, { start, end }), response);
	};
	const server = createServer((request, response) => {
		request.resume();
		answer(request.url ?? '', request.headers.range, response).catch(() => response.destroy());
	});
	await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
	return {
		address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		sent,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
