import { join } from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { type Clip, generatedClip } from '../clips.ts';
import { fileWriter, framesCommand } from '../contestants.ts';
import { rowOf, timesLess, workOf } from '../measure/compare.ts';
import { type Contestant, inTurn } from '../measure/in-turn.ts';
import { runMeasured } from '../measure/run-measured.ts';
import { peers } from '../paths.ts';
import type { Goal, Heat, Race } from '../race.ts';
import { serving } from './files.ts';

const pipe = 'ffmpeg, rgb24 to a pipe';
const library = 'library streamVideoFramesToDir';

/** How near encoding comes to what decoding alone allows. */
export const limit: Race = {
	id: 'limit',
	title: 'The limit: decoding to a pipe, nothing else',
	about:
		'The shipped ffmpeg decodes a clip into a pipe that is read and dropped; Framefan makes PNG files of it on the same cores.',
	inQuick: true,
	environments: [],
	run: async ({ rounds, quick }) => {
		const heats: Heat[] = [];
		const goals: Goal[] = [];
		for (const size of ['720p', '1080p'] as const) {
			if (quick && size === '1080p') continue;
			const clip = await generatedClip(size, 'H.264', quick ? 30 : size === '720p' ? 450 : 200);
			console.log(`${clip.name}, ${clip.frames} frames`);
			const rows = await serving(clip, async ({ address, token, video }) => {
				const id = await video();
				const about = { name: library, command: 'test/bench/peers/stream-to-dir.mjs', isOwn: true };
				const own = fileWriter(about, clip.frames, folder => ({
					program: process.execPath,
					args: [join(peers, 'stream-to-dir.mjs'), address, token, id, folder, 'png'],
				}));
				return inTurn([decodeOnly(clip), framesCommand(clip, 'png'), own], rounds);
			});
			heats.push({ name: `${clip.name}, ${clip.frames} frames`, frames: clip.frames, origin: clip.origin, rows });
			const share = { id: `limit ${clip.name}`, text: `${clip.name}: PNG files as part of the limit`, least: 0.6 };
			goals.push(timesLess(share, workOf(rowOf(rows, pipe)), workOf(rowOf(rows, library))));
		}
		return { heats, goals };
	},
};

function decodeOnly({ path }: Clip): Contestant {
	const decode =
		'"$0" -nostdin -loglevel error -i "$1" -map 0:v:0 -vsync 0 -f rawvideo -pix_fmt rgb24 pipe:1 | cat >/dev/null';
	return {
		name: pipe,
		command: 'ffmpeg -i CLIP -map 0:v:0 -vsync 0 -f rawvideo -pix_fmt rgb24 pipe:1 | cat >/dev/null',
		run: async () => {
			const { stdout: _, ...usage } = await runMeasured({ program: 'sh', args: ['-c', decode, ffmpeg.path, path] });
			return usage;
		},
	};
}
