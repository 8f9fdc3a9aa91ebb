import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { type FixtureGroup, h264, hevc, mpeg4, numbers as n } from './fixture.ts';
import { allBoxes, editMp4, parseBoxes, writeBoxes } from './mp4-boxes.ts';

const mpeg2 = ['-c:v', 'mpeg2video', '-q:v', '2', '-g', '15', '-bf', '2', '-pix_fmt', 'yuv420p'];
const fragmented = (...flags: string[]) => ['-movflags', ['empty_moov', ...flags].map(flag => `+${flag}`).join('')];

/** One file for each container, and for each way of laying one out. */
export const containers: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		...(
			[
				['h264.ts', h264],
				['hevc.ts', hevc()],
				['mpeg2.ts', mpeg2],
				['h264.m2ts', [...h264, '-mpegts_m2ts_mode', '1']],
				['mpeg2.mpg', [...mpeg2, '-f', 'vob']],
				['mpeg1.mpg', ['-c:v', 'mpeg1video', '-q:v', '2', '-g', '15', '-bf', '2', '-f', 'mpeg']],
				['h264.flv', h264],
				['flv1.flv', ['-c:v', 'flv', '-q:v', '2', '-g', '20']],
				['wmv2.wmv', ['-c:v', 'wmv2', '-q:v', '2', '-g', '20']],
				['theora.ogv', ['-c:v', 'libtheora', '-q:v', '9', '-g', '20']],
				['mpeg4.avi', mpeg4],
				['h264.avi', h264],
				['mjpeg.avi', ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p']],
				['prores.mov', ['-c:v', 'prores_ks', '-profile:v', '0', '-pix_fmt', 'yuv422p10le']],
				['mjpeg.mov', ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p']],
				['mpeg4.mov', mpeg4],
				['animation.mov', ['-c:v', 'qtrle', '-g', '20']],
				['mpeg4.3gp', [...mpeg4, '-f', '3gp']],
				['h264-annexb.h264', h264],
				['hevc-annexb.hevc', hevc()],
				['mpeg4.mp4', mpeg4],
				['mpeg4.mkv', mpeg4],
				['h264.nut', h264],
			] as [string, string[]][]
		).map(
			([name, encoding]) =>
				({
					name,
					about: `${name.split('.')[0]} in ${name.split('.')[1]}`,
					shows: n(0, 80),
					make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...encoding, k.out),
				}) satisfies FixtureGroup['fixtures'][number],
		),
		{
			name: 'h263.3gp',
			about: 'what phones made: H.263, 176x144',
			shows: n(0, 80),
			make: k =>
				k.ffmpeg(
					...k.pictures({ width: 176, height: 144, frames: 80 }),
					'-c:v',
					'h263',
					'-q:v',
					'8',
					'-g',
					'20',
					k.out,
				),
		},
		{
			name: 'xvid-packed.avi',
			about: 'Xvid with packed B-frames: two pictures in a packet, none in the next',
			// This encoder loses what it still holds at the end.
			shows: n(0, 79),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), '-c:v', 'libxvid', '-q:v', '3', '-g', '20', '-bf', '1', k.out),
		},
		{
			name: 'animation.gif',
			about: 'GIF',
			shows: n(0, 40),
			make: k => k.ffmpeg(...k.pictures({ frames: 40 }), k.out),
		},
		{
			name: 'animation.apng',
			about: 'animated PNG',
			shows: n(0, 30),
			make: k => k.ffmpeg(...k.pictures({ frames: 30 }), '-f', 'apng', '-plays', '0', k.out),
		},
		{
			name: 'no-cues.mkv',
			about: 'Matroska without cues',
			shows: n(0, 120),
			make: async k => {
				await k.ffmpeg('-i', await k.fixture('b-pyramid.mp4'), '-c', 'copy', k.aside('cues.mkv'));
				const bytes = readFileSync(k.aside('cues.mkv'));
				const cues = bytes.lastIndexOf(Buffer.from('1c53bb6b', 'hex'));
				const end = bytes.length;
				// A void element with a size of eight bytes takes the place of whatever ends the file.
				bytes[cues] = 0xec;
				bytes.writeBigUInt64BE((1n << 56n) | BigInt(end - cues - 9), cues + 1);
				writeFileSync(k.out, bytes);
			},
		},
		{
			name: 'live.mkv',
			about: 'Matroska written live: segment and clusters of unknown size',
			shows: n(0, 120),
			make: async k =>
				k.ffmpegToPipe('-i', await k.fixture('b-pyramid.mp4'), '-c', 'copy', '-live', '1', '-f', 'matroska'),
		},
		{
			name: 'small-clusters.mkv',
			about: 'clusters that begin between key frames',
			shows: n(0, 120),
			make: async k =>
				k.ffmpeg('-i', await k.fixture('b-pyramid.mp4'), '-c', 'copy', '-cluster_time_limit', '200', k.out),
		},
		...(
			[
				['frag-keyframe.mp4', fragmented('frag_keyframe')],
				['frag-every-frame.mp4', fragmented('frag_every_frame')],
				['frag-dash.mp4', fragmented('frag_keyframe', 'dash')],
				['frag-default-base.mp4', fragmented('frag_keyframe', 'default_base_moof')],
				['frag-separate.mp4', fragmented('frag_keyframe', 'separate_moof')],
				['frag-no-offset.mp4', fragmented('frag_keyframe', 'omit_tfhd_offset')],
				['frag-after-moov.mp4', ['-movflags', '+frag_keyframe']],
				['frag-long.mp4', [...fragmented(), '-frag_duration', '300000']],
			] as [string, string[]][]
		).map(
			([name, flags]) =>
				({
					name,
					about: `fragmented MP4: ${flags.slice(1).join(' ')}`,
					shows: n(0, 120),
					make: async k =>
						k.ffmpeg('-i', await k.fixture('sound-first.mp4'), '-map', '0', '-c', 'copy', ...flags, k.out),
				}) satisfies FixtureGroup['fixtures'][number],
		),
		{
			name: 'moov-first.mp4',
			about: 'moov before the media data',
			shows: n(0, 120),
			make: async k => k.ffmpeg('-i', await k.fixture('b-pyramid.mp4'), '-c', 'copy', '-movflags', '+faststart', k.out),
		},
		{
			name: 'co64.mp4',
			about: 'chunk offsets of 64 bits',
			shows: n(0, 120),
			make: async k =>
				editMp4(await k.fixture('sound-first.mp4'), k.out, boxes => {
					for (const box of allBoxes(boxes)) {
						if (box.type !== 'stco') continue;
						const count = box.body.readUInt32BE(4);
						const body = Buffer.alloc(8 + count * 8);
						box.body.copy(body, 0, 0, 8);
						for (let at = 0; at < count; at++) body.writeUInt32BE(box.body.readUInt32BE(8 + at * 4), 12 + at * 8);
						Object.assign(box, { type: 'co64', body });
					}
				}),
		},
		{
			name: 'wide-mdat.mp4',
			about: 'media data with a size of 64 bits, then boxes nobody knows',
			shows: n(0, 120),
			make: async k => {
				const boxes = parseBoxes(readFileSync(await k.fixture('b-pyramid.mp4')));
				const parts = boxes.map(box => {
					if (box.type === 'free') return Buffer.alloc(0);
					if (box.type !== 'mdat') return writeBoxes([box]);
					const head = Buffer.alloc(16);
					head.writeUInt32BE(1);
					head.write('mdat', 4);
					head.writeBigUInt64BE(BigInt(box.body.length + 16), 8);
					return Buffer.concat([head, box.body]);
				});
				writeFileSync(k.out, Buffer.concat([...parts, writeBoxes([{ type: 'xyz ', body: Buffer.alloc(40, 7) }])]));
			},
		},
		{
			name: 'no-name-ending',
			about: 'an MP4 file whose name says nothing',
			shows: n(0, 120),
			make: async k => copyFileSync(await k.fixture('b-pyramid.mp4'), k.out),
		},
		{
			name: 'matroska-named.mp4',
			about: 'a Matroska file with a wrong ending',
			shows: n(0, 120),
			make: async k => copyFileSync(await k.fixture('small-clusters.mkv'), k.out),
		},
	],
};
