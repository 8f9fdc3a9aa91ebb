import { join } from 'node:path';
import { codecs, generatedClip } from '../clips.ts';
import { fileWriter } from '../contestants.ts';
import { type Contestant, inTurn } from '../measure/in-turn.ts';
import { peers } from '../paths.ts';
import type { Heat, Race } from '../race.ts';
import type { BenchServer } from '../server.ts';
import { serving } from './files.ts';

/** Formats by their endings. */
export const formatNames = { png: 'PNG', jpg: 'JPEG 95', webp: 'WebP 95' } as const;
const frames = 100;

/** What a frame costs by codec, size and format; no peers. The table of dollars is made of it. */
export const formats: Race = {
	id: 'formats',
	title: 'Codecs, sizes and formats',
	about:
		'`streamVideoFramesToDir` of the library alone, on all cores: what the dollars below are made of. JPEG is 4:4:4.',
	inQuick: false,
	environments: [],
	run: async ({ rounds }) => {
		const heats: Heat[] = [];
		const notes: string[] = [];
		for (const size of ['720p', '1080p'] as const) {
			for (const codec of codecs) {
				try {
					const clip = await generatedClip(size, codec, frames);
					console.log(clip.name);
					const rows = await serving(clip, async server => inTurn(await everyFormat(server), rounds));
					heats.push({ name: clip.name, frames, origin: clip.origin, rows });
				} catch (error) {
					notes.push(`No ${size} ${codec}: ${(error as Error).message.split('\n')[0]}.`);
				}
			}
		}
		return { heats, goals: [], notes };
	},
};

async function everyFormat(server: BenchServer): Promise<Contestant[]> {
	const video = await server.video();
	return Object.entries(formatNames).map(([ending, name]) =>
		fileWriter({ name, command: 'test/bench/peers/stream-to-dir.mjs', isOwn: true }, frames, folder => ({
			program: process.execPath,
			args: [join(peers, 'stream-to-dir.mjs'), server.address, server.token, video, folder, ending],
		})),
	);
}
