import { readFileSync, writeFileSync } from 'node:fs';
import { type FixtureContext, type FixtureGroup, h264, mpeg4, numbers as n } from './fixture.ts';
import { elementsOf } from './matroska-elements.ts';

const small = { width: 192, height: 108, frames: 60 };
const tone = ['-f', 'lavfi', '-i', 'sine=duration=2'];

/** Bytes that are no sound of any kind. */
const noise = (bytes: Buffer, start: number, end: number): void => {
	for (let at = start; at < end; at++) bytes[at] = (at * 89 + (at >> 4) * 7) & 0xff;
};

const withSound = async (k: FixtureContext, name: string, video: string[], audio: string[]): Promise<Buffer> => {
	await k.ffmpeg(...k.pictures(small), ...tone, '-map', '0:v', '-map', '1:a', ...video, ...audio, k.aside(name));
	return readFileSync(k.aside(name));
};

/** Files in which another than the decoder of the pictures has something to complain of. */
export const otherVoices: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'broken-sound.avi',
			about: 'sound that is noise, beside sound pictures',
			shows: n(0, 60),
			make: async k => {
				const bytes = await withSound(k, 'good.avi', mpeg4, ['-c:a', 'libmp3lame']);
				const end = bytes.lastIndexOf('idx1');
				for (let at = bytes.indexOf('movi') + 4; at < end; ) {
					const size = bytes.readUInt32LE(at + 4);
					if (bytes.toString('latin1', at, at + 4) === '01wb') noise(bytes, at + 8, at + 8 + size);
					at += 8 + size + (size & 1);
				}
				writeFileSync(k.out, bytes);
			},
		},
		{
			name: 'broken-sound-header.webm',
			about: 'a header of Vorbis that is noise',
			shows: n(0, 60),
			make: async k => {
				const vp8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '1M', '-g', '12'];
				const bytes = await withSound(k, 'good.webm', vp8, ['-c:a', 'libvorbis']);
				for (const { id, start, end } of elementsOf(bytes)) if (id === '63a2') noise(bytes, start + 40, end);
				writeFileSync(k.out, bytes);
			},
		},
		{
			name: 'broken-sound.ts',
			about: 'sound that is noise in a transport stream, of which details are told',
			shows: n(0, 60),
			make: async k => {
				const bytes = await withSound(k, 'good.ts', h264, ['-c:a', 'mp2']);
				for (let at = 0; at < bytes.length; at += 188)
					if ((bytes.readUInt16BE(at + 1) & 0x1fff) === 0x101) noise(bytes, at + 40, at + 188);
				writeFileSync(k.out, bytes);
			},
		},
		{
			name: 'film-grain.mkv',
			about: 'AV1 with film grain, which a parser without a decoder complains of',
			shows: n(0, 48),
			needsNewerFfmpeg: true,
			make: k =>
				k.newerFfmpeg(
					...[...k.pictures({ frames: 48 }), '-c:v', 'libsvtav1', '-preset', '10', '-crf', '25', '-g', '24'],
					...['-svtav1-params', 'film-grain=12', k.out],
				),
		},
	],
};
