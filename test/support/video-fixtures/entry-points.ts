import { type FixtureGroup, h264, hevc, numbers as n } from './fixture.ts';
import { editMp4, tableBox } from './mp4-boxes.ts';

const openGop = ['-x264-params', 'open-gop=1:b-pyramid=normal:bframes=3'];
const openHevc = hevc(':open-gop=1');

/** Files whose key frames are the trap: false ones, leading pictures, too few. */
export const entryPoints: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'open-gop-h264.mp4',
			about: 'key frames that are recovery points: B-frames before them need the GOP before',
			shows: n(0, 120),
			make: k => k.ffmpeg(...k.pictures(), ...h264, ...openGop, k.out),
		},
		{
			name: 'open-gop-h264.mkv',
			about: 'the same in Matroska',
			shows: n(0, 120),
			make: async k => k.ffmpeg('-i', await k.fixture('open-gop-h264.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'open-gop-h264.ts',
			about: 'the same in a transport stream',
			shows: n(0, 120),
			make: async k => k.ffmpeg('-i', await k.fixture('open-gop-h264.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'open-gop-hevc.mp4',
			about: 'CRA key frames with leading pictures',
			shows: n(0, 96),
			make: k => k.ffmpeg(...k.pictures({ frames: 96 }), ...openHevc, '-tag:v', 'hev1', k.out),
		},
		{
			name: 'open-gop-hevc.mkv',
			about: 'the same in Matroska',
			shows: n(0, 96),
			make: async k => k.ffmpeg('-i', await k.fixture('open-gop-hevc.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'intra-refresh.mp4',
			about: 'one IDR, afterwards recovery points that heal over many pictures',
			shows: n(0, 120),
			make: k => k.ffmpeg(...k.pictures(), ...h264, '-x264-params', 'intra-refresh=1:bframes=0', k.out),
		},
		{
			name: 'lying-sync-table.mp4',
			about: 'the table of key frames names pictures that are none',
			shows: n(0, 120),
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					const { body } = tableBox(boxes, 'stss');
					body.writeUInt32BE(body.readUInt32BE(12) + 5, 12);
					body.writeUInt32BE(body.readUInt32BE(20) - 3, 20);
				}),
		},
		{
			name: 'no-sync-table.mp4',
			about: 'no table of key frames: every picture claims to be one',
			shows: n(0, 120),
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					tableBox(boxes, 'stss').type = 'free';
				}),
		},
		{
			name: 'gop-600.mp4',
			about: 'one key frame in 600 pictures',
			shows: n(0, 600),
			make: k =>
				k.ffmpeg(
					...k.pictures({ width: 192, height: 108, frames: 600 }),
					...h264,
					'-g',
					'600',
					'-keyint_min',
					'600',
					k.out,
				),
		},
		{
			name: 'all-intra.mp4',
			about: 'every picture is a key frame',
			shows: n(0, 40),
			make: k => k.ffmpeg(...k.pictures({ frames: 40 }), ...h264, '-g', '1', '-bf', '0', k.out),
		},
	],
};
