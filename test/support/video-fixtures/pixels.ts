import { readFileSync, writeFileSync } from 'node:fs';
import { type Fixture, type FixtureContext, type FixtureGroup, h264, hevc, numbers as n } from './fixture.ts';
import { boxAt, editMp4, words } from './mp4-boxes.ts';

const colours = (matrix: string, primaries: string, transfer: string) => [
	...['-colorspace', matrix, '-color_primaries', primaries, '-color_trc', transfer],
];
const one = 65536;

/**
 * Display matrices `[a, b, c, d]`: a stored point (x, y) is shown at (a·x + c·y, b·x + d·y).
 * `stored` makes the stored picture from the upright one, `shown` the other way.
 */
const turns: { name: string; matrix: [number, number, number, number]; stored: string; shown: string }[] = [
	{ name: 'turned-0.mp4', matrix: [1, 0, 0, 1], stored: 'null', shown: 'null' },
	{ name: 'turned-90.mp4', matrix: [0, 1, -1, 0], stored: 'transpose=cclock', shown: 'transpose=clock' },
	{ name: 'turned-180.mp4', matrix: [-1, 0, 0, -1], stored: 'hflip,vflip', shown: 'hflip,vflip' },
	{ name: 'turned-270.mp4', matrix: [0, -1, 1, 0], stored: 'transpose=clock', shown: 'transpose=cclock' },
	{ name: 'flipped-horizontally.mp4', matrix: [-1, 0, 0, 1], stored: 'hflip', shown: 'hflip' },
	{ name: 'flipped-vertically.mp4', matrix: [1, 0, 0, -1], stored: 'vflip', shown: 'vflip' },
	{ name: 'transposed.mp4', matrix: [0, 1, 1, 0], stored: 'transpose=cclock_flip', shown: 'transpose=cclock_flip' },
	{ name: 'transversed.mp4', matrix: [0, -1, -1, 0], stored: 'transpose=clock_flip', shown: 'transpose=clock_flip' },
];

const turned: Fixture[] = turns.map(({ name, matrix: [a, b, c, d], stored, shown }) => ({
	name,
	about: `display matrix ${a} ${b} ${c} ${d}`,
	shows: n(0, 60),
	decode: { input: ['-noautorotate'], filter: shown },
	make: async k => {
		const size = a === 0 ? { width: 180, height: 320 } : {};
		await k.ffmpeg(...k.pictures({ ...size, frames: 60 }), '-vf', stored, ...h264, k.aside('flat.mp4'));
		editMp4(k.aside('flat.mp4'), k.out, boxes => {
			const matrix = words(a * one, b * one, 0, c * one, d * one, 0, 0, 0, 0x40000000);
			matrix.copy(boxAt(boxes, 'moov', 'trak', 'tkhd').body, 40);
		});
	},
}));

/** The same turns in the movie's matrix instead of the track's, and against it. */
const turnedMovies: Fixture[] = [
	{ name: 'movie-turned.mp4', trackTurn: [1, 0, 0, 1], filter: 'transpose=clock' },
	{ name: 'movie-turned-back.mp4', trackTurn: [0, -1, 1, 0], filter: 'null' },
].map(({ name, trackTurn: [a = 0, b = 0, c = 0, d = 0], filter }) => ({
	name,
	about: `turned by 90 degrees by the movie's matrix, and by the track's ${a} ${b} ${c} ${d}`,
	shows: n(0, 60),
	decode: { input: ['-noautorotate'], filter },
	make: async k => {
		const stored = filter === 'null' ? 'null' : 'transpose=cclock';
		const size = filter === 'null' ? {} : { width: 180, height: 320 };
		await k.ffmpeg(...k.pictures({ ...size, frames: 60 }), '-vf', stored, ...h264, k.aside('flat.mp4'));
		editMp4(k.aside('flat.mp4'), k.out, boxes => {
			const matrix = (turn: number[]) => {
				const [x = 0, y = 0, z = 0, w = 0] = turn.map(value => value * one);
				return words(x, y, 0, z, w, 0, 0, 0, 0x40000000);
			};
			matrix([0, 1, -1, 0]).copy(boxAt(boxes, 'moov', 'mvhd').body, 36);
			matrix([a, b, c, d]).copy(boxAt(boxes, 'moov', 'trak', 'tkhd').body, 40);
		});
	},
}));

const encoded = (
	name: string,
	about: string,
	encoding: string[],
	size: { width?: number; height?: number; frames?: number } = {},
): Fixture => ({
	name,
	about,
	shows: n(0, size.frames ?? 40),
	make: k => k.ffmpeg(...k.pictures({ frames: 40, ...size }), ...encoding, k.out),
});

/** A file whose parts of 24 pictures are stored in these ways. */
const inParts = (name: string, about: string, parts: string[][], notes?: RegExp): Fixture => ({
	name,
	about,
	...(notes ? { notes } : {}),
	shows: parts.flatMap(() => n(0, 24)),
	make: async (k: FixtureContext) => {
		const raw = parts.map((_, at) => k.aside(`${at}.h264`));
		for (const [at, encoding] of parts.entries())
			await k.ffmpeg(...k.pictures({ frames: 24 }), ...h264, '-bf', '0', ...encoding, raw[at] as string);
		writeFileSync(k.aside('all.h264'), Buffer.concat(raw.map(file => readFileSync(file))));
		await k.ffmpeg('-r', '30', '-i', k.aside('all.h264'), '-c', 'copy', k.out);
	},
});

const odd = { width: 321, height: 179 };
const hd = { width: 1280, height: 720, frames: 30 };
const pq = 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc';
const mastering =
	'master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400';

/** Files whose pixels are the trap: orientation, aspect, fields, colours, depth, alpha, odd sizes. */
export const pixels: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		...turned,
		...turnedMovies,
		encoded('wide-pixels.mp4', 'pixels of 4:3: stored pixels are kept', ['-vf', 'setsar=4/3', ...h264]),
		encoded('wide-pixels.mkv', 'pixels of 4:3 in Matroska', ['-vf', 'setsar=4/3', ...h264]),
		encoded('interlaced-h264.mp4', 'interlaced H.264: one frame a picture', [
			...['-vf', 'setfield=tff', ...h264, '-flags', '+ilme+ildct', '-x264-params', 'tff=1'],
		]),
		{
			name: 'interlaced-h264.ts',
			about: 'the same in a transport stream: its first message speaks of a parameter set that comes later',
			shows: n(0, 40),
			make: async k => k.ffmpeg('-i', await k.fixture('interlaced-h264.mp4'), '-c', 'copy', k.out),
		},
		encoded('interlaced-mpeg2.ts', 'interlaced MPEG-2', [
			...['-vf', 'setfield=tff', '-c:v', 'mpeg2video', '-q:v', '2', '-g', '12', '-bf', '2', '-flags', '+ilme+ildct'],
		]),
		encoded('bt709.mp4', 'tagged BT.709', [...h264, ...colours('bt709', 'bt709', 'bt709')]),
		encoded('bt601.mp4', 'tagged BT.601', [...h264, ...colours('smpte170m', 'smpte170m', 'smpte170m')]),
		encoded('smpte240m.mp4', 'tagged SMPTE 240M', [...h264, ...colours('smpte240m', 'smpte240m', 'smpte240m')]),
		encoded('bt2020.mp4', 'BT.2020 with 8 bits', [...h264, ...colours('bt2020nc', 'bt2020', 'bt709')]),
		encoded('bt709.webm', 'VP9 tagged BT.709', [
			...['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '12', '-b:v', '1M'],
			...['-pix_fmt', 'yuv420p'],
			...colours('bt709', 'bt709', 'bt709'),
		]),
		encoded('full-range-4-2-0.mp4', 'full range, told by a tag alone', [...h264, '-color_range', 'pc']),
		inParts('other-colours.ts', 'colour tags that change on the way', [
			colours('smpte170m', 'smpte170m', 'smpte170m'),
			colours('bt709', 'bt709', 'bt709'),
			[...colours('bt709', 'bt709', 'bt709'), '-color_range', 'pc'],
			colours('bt2020nc', 'bt2020', 'bt709'),
			colours('smpte170m', 'smpte170m', 'smpte170m'),
		]),
		...['ts', 'mp4', 'flv'].flatMap(ending => [
			inParts(
				`colours-go-missing.${ending}`,
				'tagged pictures, then untagged ones, which a decoder shows by the tags of the first',
				[colours('bt709', 'bt709', 'bt709'), [], []],
				ending === 'mp4' ? /Only some pictures declare their colours/ : undefined,
			),
			inParts(
				`colours-come-late.${ending}`,
				'untagged pictures, then tagged ones, which a decoder may have seen before it shows the first',
				[[], [...colours('bt709', 'bt709', 'bt709'), '-color_range', 'pc'], []],
				ending === 'mp4' ? /Only some pictures declare their colours/ : undefined,
			),
		]),
		inParts('other-formats.ts', '4:2:0 that becomes 4:2:2 and comes back', [[], ['-pix_fmt', 'yuv422p'], []]),
		encoded('full-range.mp4', 'full range', [...h264, '-pix_fmt', 'yuvj420p']),
		encoded('bt709.mkv', 'tagged BT.709 in the container too', [...h264, ...colours('bt709', 'bt709', 'bt709')]),
		{ ...encoded('untagged-hd.mp4', '1280x720 without colour tags', h264, hd), shows: n(0, 30) },
		encoded('10-bit.mp4', 'HEVC main 10', [...hevc(), '-pix_fmt', 'yuv420p10le']),
		encoded('10-bit-h264.mp4', 'H.264 high 10', [...h264, '-pix_fmt', 'yuv420p10le']),
		encoded('hdr10.mp4', 'HEVC with PQ, BT.2020 and mastering data', [
			...[...hevc(`:${pq}:${mastering}:hdr=1:repeat-headers=1`), '-pix_fmt', 'yuv420p10le'],
			...colours('bt2020nc', 'bt2020', 'smpte2084'),
		]),
		encoded('hlg.mp4', 'HEVC with hybrid log-gamma', [
			...[...hevc(':colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc'), '-pix_fmt', 'yuv420p10le'],
			...colours('bt2020nc', 'bt2020', 'arib-std-b67'),
		]),
		encoded('4-2-2.mp4', '4:2:2', [...h264, '-pix_fmt', 'yuv422p']),
		encoded('4-4-4.mp4', '4:4:4', [...h264, '-pix_fmt', 'yuv444p']),
		encoded('gray.mp4', 'no colour', [...h264, '-pix_fmt', 'gray']),
		encoded('rgb.mkv', 'H.264 in RGB', ['-c:v', 'libx264rgb', '-preset', 'veryfast', '-crf', '15', '-g', '12']),
		encoded('odd-4-4-4.mp4', '321x179, 4:4:4', [...h264, '-pix_fmt', 'yuv444p'], odd),
		encoded(
			'odd-4-2-0.mkv',
			'321x179, 4:2:0',
			['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '12', '-b:v', '1M'],
			odd,
		),
		encoded('odd-mjpeg.avi', '321x179, JPEG', ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p'], odd),
		encoded('odd-mpeg4.mp4', '321x179, MPEG-4', ['-c:v', 'mpeg4', '-q:v', '2', '-g', '12', '-bf', '2'], odd),
		encoded(
			'dv-ntsc.avi',
			"a camcorder's DV: one colour for four pixels in a row (4:1:1)",
			['-vf', 'setsar=10/11', '-c:v', 'dvvideo', '-pix_fmt', 'yuv411p', '-r', '30000/1001'],
			{ width: 720, height: 480, frames: 24 },
		),
		encoded('ffv1-4-1-1.mkv', '4:1:1 without loss', ['-c:v', 'ffv1', '-pix_fmt', 'yuv411p']),
		encoded('ffv1-4-1-0.mkv', 'one colour for four pixels in a row and four rows (4:1:0)', [
			...['-c:v', 'ffv1', '-pix_fmt', 'yuv410p'],
		]),
		encoded('raw-4-1-1.avi', '4:1:1 as it is', ['-c:v', 'rawvideo', '-pix_fmt', 'yuv411p']),
		encoded('odd-4-1-1.mkv', '321x179 with 4:1:1', ['-c:v', 'ffv1', '-pix_fmt', 'yuv411p'], odd),
		{
			name: 'odd-turned.mp4',
			about: '321x179 turned by 90 degrees, 4:4:4',
			shows: n(0, 30),
			decode: { input: ['-noautorotate'], filter: 'transpose=clock' },
			make: async k => {
				const flat = k.aside('flat.mp4');
				await k.ffmpeg(
					...k.pictures({ width: 179, height: 321, frames: 30 }),
					...['-vf', 'transpose=cclock', ...h264, '-pix_fmt', 'yuv444p', flat],
				);
				editMp4(flat, k.out, boxes => {
					words(0, one, 0, -one, 0, 0, 0, 0, 0x40000000).copy(boxAt(boxes, 'moov', 'trak', 'tkhd').body, 40);
				});
			},
		},
	],
};
