import * as z from 'zod';
import { DeferredError } from '#shared/errors.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import type { VideoFile } from '#shared/sampling/stored-index.ts';
import { storedObject } from '#shared/stored-object.ts';
import type { Video } from '#shared/supervisely/remote/api.ts';
import { findScenes, type SceneSearch } from '#shared/video/scenes.ts';
import type { FanOutPorts } from './ports.ts';
import { openKnownFile } from './video-file.ts';

/** The first frames of the scenes of a video; `search`: how far an unfinished search has come. */
export const scenesSchema = storedObject({
	schema: z.literal(1),
	starts: z.array(z.int()),
	search: storedObject({ next: z.int(), cells: z.base64().nullable() }).nullable(),
});

/**
 * The first frames of the scenes in a range of a video. Found once and stored; a search that takes longer than an
 * invocation goes on in the next one.
 * @throws DeferredError when the search has to be interrupted
 */
export async function scenesOf(
	ports: FanOutPorts,
	current: Attempt,
	{ video, file }: { video: Video; file: VideoFile },
	range: { start: number; end: number },
	signal: AbortSignal,
): Promise<number[]> {
	const { store, ffmpegPath, passUntil } = ports;
	const key = keys.scenes(video.id, file.version, range.start, range.end);
	const known = await readDocument(store, key, scenesSchema);
	if (known && !known.search) return known.starts;
	const write = (starts: number[], search: SceneSearch | null) => {
		const cells = search?.cells ? Buffer.from(search.cells).toString('base64') : null;
		const document = { schema: 1, starts, search: search && { next: search.next, cells } } as const;
		return store.write(key, scenesSchema.encode(document));
	};
	const from = known?.search && {
		...{ next: known.search.next, starts: known.starts },
		cells: known.search.cells === null ? undefined : new Uint8Array(Buffer.from(known.search.cells, 'base64')),
	};
	const source = await openKnownFile(ports, { at: current, video, version: file.version }, file, signal);
	const starts = await findScenes(source, file.index, range, {
		...{ ffmpegPath, signal, from: from ?? undefined },
		onPause: async search => {
			if (passUntil === undefined || Date.now() < passUntil) return;
			await write(search.starts, search);
			throw new DeferredError(`Scenes of video ${video.id} are found up to frame ${search.next}`, 0);
		},
	});
	await write(starts, null);
	return starts;
}
