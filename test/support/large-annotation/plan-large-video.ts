import { planVideo } from '../../../functions/fan-out/plan-video.ts';
import { type Chunk, chunkSchema } from '../../../functions/shared/sampling/chunk.ts';
import { keys } from '../../../functions/shared/sampling/keys.ts';
import { requestSchema } from '../../../functions/shared/sampling/request.ts';
import { makeSuperviselyApi } from '../../../functions/shared/supervisely/remote/api.ts';
import { connectSupervisely } from '../../../functions/shared/supervisely/remote/http-client.ts';
import { installedFfmpeg } from '../../../functions/shared/video/ffmpeg-path.ts';

/**
 * Plans the one video of a server, as fan-out does, and says on stdout what came of it and how much memory it took.
 * Arguments: the server's address, settings as JSON. Chunks are counted and let go, as S3 would take them.
 */
const [address = '', settings = '{}'] = process.argv.slice(2);
const documents = new Map<string, unknown>([
	[keys.destination('s'), { schema: 1, id: 9, name: 'images', workspaceId: 1 }],
]);
const found = { chunks: 0, frames: 0, figures: 0, largestChunk: 0, misplaced: 0, enqueued: 0 };

const count = (chunk: Chunk, bytes: number): void => {
	const { annotation } = chunk.labels as NonNullable<Chunk['labels']>;
	const own = new Set(chunk.frames.map(({ index }) => index));
	found.chunks++;
	found.frames += chunk.frames.length;
	found.largestChunk = Math.max(found.largestChunk, bytes);
	for (const { index, figures } of annotation.frames) {
		found.figures += figures.length;
		const first = figures[0] as { geometry: { points: { exterior: number[][] } } };
		if (!own.has(index) || first.geometry.points.exterior[0]?.[0] !== index % 500) found.misplaced++;
	}
};

const write = async (key: string, value: unknown) => {
	const text = JSON.stringify(value);
	if (key.includes('/chunks/')) count(chunkSchema.parse(JSON.parse(text)), text.length);
	else documents.set(key, JSON.parse(text));
	return true;
};
const store = {
	read: async (key: string) => (documents.has(key) ? { value: documents.get(key), etag: '' } : undefined),
	exists: async (key: string) => documents.has(key),
	write: async (key: string, value: unknown) => void (await write(key, value)),
	writeText: async () => {},
	create: write,
	replace: write,
	remove: async () => {},
	list: async function* () {},
	page: async () => ({ keys: [], more: false }),
};
const unused = () => Promise.reject(new Error('This video is read where it lies'));
await planVideo(
	{
		store,
		files: { size: unused, copy: unused, open: unused },
		supervisely: makeSuperviselyApi(connectSupervisely(address, async () => 'token')),
		sendPlan: async () => {},
		sendRecount: async () => {},
		sendDecode: async messages => {
			found.enqueued += messages.length;
		},
		framesPerChunk: 200,
		leaseMs: 5000,
		ffmpegPath: installedFfmpeg(),
	},
	{ request: requestSchema.parse({ source: { projectId: 1 }, settings: JSON.parse(settings) }), standing: false },
	{ schema: 1, kind: 'video', sampling: 's', attempt: 1, node: 'n', parent: 'p', dataset: 2, mirror: 8, video: 3 },
	new AbortController().signal,
);
console.log(JSON.stringify({ ...found, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) }));
