import { readFileSync, writeFileSync } from 'node:fs';
import { type FixtureContext, type FixtureGroup, h264, numbers as n } from './fixture.ts';
import { boxAt, editMp4 } from './mp4-boxes.ts';

const small = { width: 256, height: 144, frames: 60 };

/** Two transport streams of different sizes, one after the other. */
const sizeChange = async (k: FixtureContext, ...output: string[]) => {
	await k.ffmpeg(...k.pictures({ frames: 60 }), ...h264, k.aside('first.ts'));
	await k.ffmpeg(...k.pictures(small), ...h264, k.aside('second.ts'));
	writeFileSync(k.aside('list.txt'), `file '${k.aside('first.ts')}'\nfile '${k.aside('second.ts')}'\n`);
	await k.ffmpeg('-f', 'concat', '-safe', '0', '-i', k.aside('list.txt'), '-c', 'copy', ...output, k.out);
};

const cover = async (k: FixtureContext): Promise<string> => {
	await k.ffmpeg('-f', 'lavfi', '-i', 'color=red:s=96x96', '-frames:v', '1', k.aside('cover.png'));
	return k.aside('cover.png');
};

/** Files with more than one stream, with less than one, or with one that changes. */
export const streams: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'sound-first.mp4',
			about: 'the sound is the first stream',
			shows: n(0, 120),
			make: async k =>
				k.ffmpeg(
					...['-f', 'lavfi', '-i', 'sine=duration=4', '-i', await k.fixture('b-pyramid.mp4')],
					...['-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-c:a', 'aac', k.out],
				),
		},
		{
			name: 'sound.mkv',
			about: 'Matroska with sound, interleaved',
			shows: n(0, 120),
			make: async k => k.ffmpeg('-i', await k.fixture('sound-first.mp4'), '-map', '0', '-c', 'copy', k.out),
		},
		{
			name: 'sound.ts',
			about: 'transport stream with sound',
			shows: n(0, 120),
			make: async k => k.ffmpeg('-i', await k.fixture('sound-first.mp4'), '-map', '0', '-c', 'copy', k.out),
		},
		{
			name: 'sound.avi',
			about: 'AVI with sound',
			shows: n(0, 80),
			make: async k =>
				k.ffmpeg(
					'-f',
					'lavfi',
					'-i',
					'sine=duration=2.7',
					'-i',
					await k.fixture('mpeg4.avi'),
					'-c:v',
					'copy',
					'-c:a',
					'mp2',
					k.out,
				),
		},
		...['two-videos.mp4', 'two-videos.mkv', 'two-videos.ts'].map(name => ({
			name,
			about: 'two video streams: the first is read',
			shows: n(0, 60),
			make: (k: FixtureContext) =>
				k.ffmpeg(
					...[...k.pictures({ frames: 60 }), ...k.pictures({ width: 256, height: 144, frames: 120 })],
					...['-map', '0:v', '-map', '1:v', '-filter:v:1', 'reverse', '-t', '2', ...h264, k.out],
				),
		})),
		{
			name: 'cover-after.mp4',
			about: 'a cover picture beside the video',
			shows: n(0, 120),
			make: async k => {
				const inputs = ['-i', await k.fixture('b-pyramid.mp4'), '-i', await cover(k)];
				await k.ffmpeg(...inputs, '-map', '0', '-map', '1', '-c', 'copy', '-disposition:v:1', 'attached_pic', k.out);
			},
		},
		{
			name: 'cover-before.mp4',
			about: 'a cover picture that stands before the video track',
			shows: n(0, 120),
			decode: { stream: '0:v:1' },
			make: async k =>
				editMp4(await k.fixture('cover-after.mp4'), k.out, boxes => {
					const moov = boxAt(boxes, 'moov');
					const udta = boxAt(boxes, 'moov', 'udta');
					const rest = (moov.boxes ?? []).filter(box => box !== udta);
					moov.boxes = [...rest.slice(0, 1), udta, ...rest.slice(1)];
				}),
		},
		{
			name: 'cover.mkv',
			about: 'a cover picture attached to Matroska',
			shows: n(0, 120),
			make: async k =>
				k.ffmpeg(
					...['-i', await k.fixture('b-pyramid.mp4'), '-c', 'copy', '-attach', await cover(k)],
					...['-metadata:s:t', 'mimetype=image/png', '-metadata:s:t', 'filename=cover.png', k.out],
				),
		},
		{
			name: 'one-frame.mp4',
			about: 'one picture',
			shows: [0],
			make: k => k.ffmpeg(...k.pictures({ frames: 1 }), ...h264, k.out),
		},
		{
			name: 'one-frame.mkv',
			about: 'one picture, Matroska',
			shows: [0],
			make: k => k.ffmpeg(...k.pictures({ frames: 1 }), ...h264, k.out),
		},
		{
			name: 'one-frame.avi',
			about: 'one picture, AVI',
			shows: [0],
			make: k => k.ffmpeg(...k.pictures({ frames: 1 }), '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', k.out),
		},
		{
			name: 'size-change.ts',
			about: 'the pictures change their size in the middle',
			shows: [...n(0, 60), ...n(0, 60)],
			make: k => sizeChange(k),
		},
		{
			name: 'size-change.mp4',
			about: 'the same in MP4: one sample description, sizes in the stream',
			shows: [...n(0, 60), ...n(0, 60)],
			make: k => sizeChange(k),
		},
		{
			name: 'size-change.mkv',
			about: 'the same in Matroska',
			shows: [...n(0, 60), ...n(0, 60)],
			make: k => sizeChange(k),
		},
		{
			name: 'joined.h264',
			about: 'two elementary streams of different sizes joined as bytes',
			shows: [...n(0, 60), ...n(0, 60)],
			make: async k => {
				await k.ffmpeg(...k.pictures({ frames: 60 }), ...h264, k.aside('first.h264'));
				await k.ffmpeg(...k.pictures(small), ...h264, k.aside('second.h264'));
				writeFileSync(k.out, Buffer.concat(['first.h264', 'second.h264'].map(name => readFileSync(k.aside(name)))));
			},
		},
		{
			name: 'joined.ts',
			about: 'two transport streams joined as bytes: the clock starts again',
			shows: [...n(0, 60), ...n(0, 60)],
			make: async k => {
				await k.ffmpeg(...k.pictures({ frames: 60 }), ...h264, k.aside('first.ts'));
				const bytes = readFileSync(k.aside('first.ts'));
				writeFileSync(k.out, Buffer.concat([bytes, bytes]));
			},
		},
		{
			name: 'joined-sizes.ts',
			about: 'the same with another size behind: clock and size change',
			shows: [...n(0, 60), ...n(0, 60)],
			make: async k => {
				await k.ffmpeg(...k.pictures({ frames: 60 }), ...h264, k.aside('small.ts'));
				await k.ffmpeg(...k.pictures({ frames: 60, width: 640, height: 360 }), ...h264, k.aside('large.ts'));
				writeFileSync(k.out, Buffer.concat(['small.ts', 'large.ts'].map(name => readFileSync(k.aside(name)))));
			},
		},
		{
			name: 'joined-late.ts',
			about: 'a recording that begins in the middle of a group of pictures',
			shows: n(48, 32),
			make: async k => {
				const bytes = readFileSync(await k.fixture('h264.ts'));
				writeFileSync(k.out, bytes.subarray(188 * Math.floor((bytes.length * 0.5) / 188)));
			},
		},
	],
};
