import { readFileSync, writeFileSync } from 'node:fs';
import { type Fixture, type FixtureContext, type FixtureGroup, h264, hevc, mpeg4, numbers as n } from './fixture.ts';
import { claimKeysInMatroska } from './matroska-elements.ts';
import { boxAt, editMp4, tableBox, words } from './mp4-boxes.ts';

const small = { width: 192, height: 108, frames: 60 };
const inOrder = (codec: string) => ['-c:v', codec, '-q:v', '3', '-g', '12'];
const vp9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1M', '-g', '12'];
const mpeg2 = ['-c:v', 'mpeg2video', '-q:v', '3', '-g', '12', '-bf', '2', '-pix_fmt', 'yuv420p'];

/** How each codec is encoded, or the fixture that has it already. */
const encodings: Record<string, string[] | string> = {
	h264,
	'open-gop-h264': [...h264, '-x264-params', 'open-gop=1:b-pyramid=normal:bframes=3'],
	hevc: hevc(),
	mpeg4,
	mpeg1: ['-c:v', 'mpeg1video', ...mpeg2.slice(2)],
	mpeg2,
	vp8: ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '1M', '-g', '12'],
	vp9,
	av1: 'av1.webm',
	theora: ['-c:v', 'libtheora', '-q:v', '8', '-g', '12'],
	h263: ['-c:v', 'h263', '-q:v', '8', '-g', '12'],
	flv1: inOrder('flv'),
	wmv1: inOrder('wmv1'),
	wmv2: inOrder('wmv2'),
	msmpeg4: inOrder('msmpeg4'),
	msmpeg4v2: inOrder('msmpeg4v2'),
	ffv1: ['-c:v', 'ffv1', '-g', '10', '-coder', '1', '-context', '1', '-pix_fmt', 'yuv420p'],
};

/** Pictures that need no other, whatever their file says. */
const intraOnly: Record<string, string[]> = {
	mjpeg: ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'],
	prores: ['-c:v', 'prores_ks', '-profile:v', '0', '-pix_fmt', 'yuv422p10le'],
	dnxhd: ['-c:v', 'dnxhd', '-profile:v', 'dnxhr_lb', '-pix_fmt', 'yuv422p'],
	huffyuv: ['-c:v', 'huffyuv', '-pix_fmt', 'yuv422p'],
	ffvhuff: ['-c:v', 'ffvhuff', '-pix_fmt', 'yuv420p'],
	utvideo: ['-c:v', 'utvideo', '-pix_fmt', 'yuv420p'],
};

const sizeOf = (codec: string) => (codec === 'h263' ? { width: 176, height: 144, frames: 60 } : small);
const shows = (codec: string) => n(0, codec === 'av1' ? 40 : 60);

/** The codec in a container; a copy where another fixture has it. */
const encode = async (
	k: FixtureContext,
	codec: string,
	encoding: string[] | string,
	...output: string[]
): Promise<void> =>
	typeof encoding === 'string'
		? k.ffmpeg('-i', await k.fixture(encoding), '-c', 'copy', '-strict', 'experimental', ...output)
		: k.ffmpeg(...k.pictures(sizeOf(codec)), ...encoding, ...output);

/** Which pictures claim to be keys. */
const claims: Record<string, (picture: number) => boolean> = {
	few: picture => picture % 12 === 7,
	all: () => true,
};

const webm = new Set(['vp8', 'vp9', 'av1']);

const inMatroska: Fixture[] = Object.entries(encodings).flatMap(([codec, encoding]) =>
	Object.entries(claims).map(([which, claim]) => ({
		name: `${which}-false-keys-${codec}.${webm.has(codec) ? 'webm' : 'mkv'}`,
		about: `${which === 'all' ? 'every picture of' : 'a few pictures of'} ${codec} claim to be keys and are none`,
		shows: shows(codec),
		make: async k => {
			await encode(k, codec, encoding, '-f', 'matroska', k.aside('true.mkv'));
			writeFileSync(k.out, claimKeysInMatroska(readFileSync(k.aside('true.mkv')), claim));
		},
	})),
);

const inMp4: Fixture[] = ['h264', 'open-gop-h264', 'hevc', 'mpeg4', 'mpeg2', 'h263', 'vp9', 'av1'].map(codec => ({
	name: `few-false-keys-${codec}.${codec === 'h263' ? '3gp' : 'mp4'}`,
	about: `the table of key pictures of ${codec} names some that are none`,
	shows: shows(codec),
	make: async k => {
		const file = k.aside(codec === 'h263' ? 'true.3gp' : 'true.mp4');
		await encode(k, codec, encodings[codec] as string[], file);
		editMp4(file, k.out, boxes => {
			const { body } = tableBox(boxes, 'stss');
			const keys = Array.from({ length: body.readUInt32BE(4) }, (_, at) => body.readUInt32BE(8 + at * 4));
			const all = [...new Set([...keys, ...n(1, 60).filter(number => number % 12 === 7)])].sort((a, b) => a - b);
			tableBox(boxes, 'stss').body = words(0, all.length, ...all);
		});
	},
}));

const withoutTable: Fixture[] = ['hevc', 'mpeg4', 'mpeg2', 'h263', 'vp9', 'av1'].map(codec => ({
	name: `all-false-keys-${codec}.${codec === 'h263' ? '3gp' : 'mp4'}`,
	about: `no table of key pictures: every one of ${codec} claims to be one`,
	shows: shows(codec),
	make: async k => {
		const file = k.aside(codec === 'h263' ? 'true.3gp' : 'true.mp4');
		await encode(k, codec, encodings[codec] as string[], file);
		editMp4(file, k.out, boxes => {
			tableBox(boxes, 'stss').type = 'free';
		});
	},
}));

/** AVI's index marks every picture. */
const inAvi: Fixture[] = ['h264', 'mpeg4', 'mpeg2', 'wmv2', 'msmpeg4', 'ffv1', 'vp8', 'flv1', 'h263'].map(codec => ({
	name: `all-false-keys-${codec}.avi`,
	about: `the index of an AVI calls every picture of ${codec} a key`,
	shows: shows(codec),
	make: async k => {
		await encode(k, codec, encodings[codec] as string[], k.aside('true.avi'));
		const bytes = readFileSync(k.aside('true.avi'));
		const index = bytes.lastIndexOf('idx1');
		for (let at = index + 8; at + 16 <= index + 8 + bytes.readUInt32LE(index + 4); at += 16)
			bytes.writeUInt32LE(bytes.readUInt32LE(at + 4) | 0x10, at + 4);
		writeFileSync(k.out, bytes);
	},
}));

const inTransportStream: Fixture[] = ['h264', 'hevc', 'mpeg2'].map(codec => ({
	name: `all-false-keys-${codec}.ts`,
	about: `every packet of ${codec} in which a picture begins says that reading may begin there`,
	shows: shows(codec),
	make: async k => {
		await encode(k, codec, encodings[codec] as string[], k.aside('true.ts'));
		const bytes = readFileSync(k.aside('true.ts'));
		for (let at = 0; at < bytes.length; at += 188) {
			const hasAdaptation = ((bytes[at + 3] as number) & 0x20) !== 0 && (bytes[at + 4] as number) > 0;
			if (((bytes[at + 1] as number) & 0x40) !== 0 && hasAdaptation) bytes[at + 5] = (bytes[at + 5] as number) | 0x40;
		}
		writeFileSync(k.out, bytes);
	},
}));

const inFlash: Fixture[] = ['h264', 'flv1'].map(codec => ({
	name: `all-false-keys-${codec}.flv`,
	about: `every tag of ${codec} says that its picture is a key`,
	shows: shows(codec),
	make: async k => {
		await encode(k, codec, encodings[codec] as string[], k.aside('true.flv'));
		const bytes = readFileSync(k.aside('true.flv'));
		for (let at = 13; at + 11 <= bytes.length; at += bytes.readUIntBE(at + 1, 3) + 15)
			if (bytes[at] === 9) bytes[at + 11] = ((bytes[at + 11] as number) & 0x0f) | 0x10;
		writeFileSync(k.out, bytes);
	},
}));

/** Containers say what is a key, and are wrong; picture by picture, the bytes tell, or the decoder does. */
export const falseKeys: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		...inMatroska,
		...inMp4,
		...withoutTable,
		...inAvi,
		...inTransportStream,
		...inFlash,
		...Object.entries(intraOnly).map(([codec, encoding]) => ({
			name: `no-keys-${codec}.mkv`,
			about: `${codec}, where the container says that no picture is a key`,
			shows: n(0, 30),
			make: async (k: FixtureContext) => {
				const size = codec === 'dnxhd' ? { width: 320, height: 180, frames: 30 } : { ...small, frames: 30 };
				await k.ffmpeg(...k.pictures(size), ...encoding, k.aside('true.mkv'));
				writeFileSync(k.out, claimKeysInMatroska(readFileSync(k.aside('true.mkv')), 'none'));
			},
		})),
		...(['prores', 'dnxhd'] as const).map(codec => ({
			name: `one-key-${codec}.mov`,
			about: `${codec}, where the table of key pictures names the first alone`,
			shows: n(0, 30),
			make: async (k: FixtureContext) => {
				await k.ffmpeg(...k.pictures({ frames: 30 }), ...(intraOnly[codec] as string[]), k.aside('true.mov'));
				editMp4(k.aside('true.mov'), k.out, boxes => {
					boxAt(boxes, 'moov', 'trak', 'mdia', 'minf', 'stbl').boxes?.push({ type: 'stss', body: words(0, 1, 1) });
				});
			},
		})),
		{
			name: 'one-false-key-in-many.mkv',
			about: 'one false key among 120: not all are looked at when the file is planned',
			shows: n(0, 240),
			make: async k => {
				await k.ffmpeg(
					...k.pictures({ ...small, frames: 240 }),
					...[...h264, '-g', '2', '-keyint_min', '2', '-bf', '0', k.aside('true.mkv')],
				);
				writeFileSync(
					k.out,
					claimKeysInMatroska(readFileSync(k.aside('true.mkv')), picture => picture === 131),
				);
			},
		},
	],
};
