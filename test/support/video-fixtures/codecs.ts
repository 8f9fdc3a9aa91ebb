import { type FixtureGroup, h264, numbers as n } from './fixture.ts';

const vp9 = [
	'-c:v',
	'libvpx-vp9',
	'-deadline',
	'realtime',
	'-cpu-used',
	'8',
	'-b:v',
	'1M',
	'-g',
	'24',
	'-pix_fmt',
	'yuv420p',
];
const av1 = ['-c:v', 'libaom-av1', '-strict', 'experimental', '-cpu-used', '8', '-crf', '30', '-b:v', '0', '-g', '12'];
const size = { width: 192, height: 108, frames: 40 };

/** Codecs whose packets aren't pictures, or that live in WebM. */
export const codecs: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'vp8.webm',
			about: 'VP8',
			shows: n(0, 80),
			make: k =>
				k.ffmpeg(
					...k.pictures({ frames: 80 }),
					'-c:v',
					'libvpx',
					'-deadline',
					'realtime',
					'-b:v',
					'2M',
					'-g',
					'24',
					k.out,
				),
		},
		{
			name: 'vp8-hidden-frames.webm',
			about: 'VP8 with alternate reference frames: packets that show no picture',
			shows: n(0, 80),
			make: k =>
				k.ffmpeg(
					...k.pictures({ frames: 80 }),
					...['-c:v', 'libvpx', '-deadline', 'good', '-cpu-used', '4', '-b:v', '2M', '-g', '40'],
					...['-auto-alt-ref', '1', '-lag-in-frames', '16', k.out],
				),
		},
		{
			name: 'vp9.webm',
			about: 'VP9',
			shows: n(0, 80),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...vp9, k.out),
		},
		{
			name: 'vp9-superframes.webm',
			about: 'VP9 with hidden frames inside superframes',
			shows: n(0, 80),
			make: k =>
				k.ffmpeg(
					...k.pictures({ frames: 80 }),
					...['-c:v', 'libvpx-vp9', '-deadline', 'good', '-cpu-used', '5', '-b:v', '1M', '-g', '40'],
					...['-auto-alt-ref', '1', '-lag-in-frames', '16', k.out],
				),
		},
		{
			name: 'vp9.mp4',
			about: 'VP9 in MP4',
			shows: n(0, 80),
			make: async k => k.ffmpeg('-i', await k.fixture('vp9.webm'), '-c', 'copy', k.out),
		},
		{
			name: 'vp9-alpha.webm',
			about: 'VP9 with an alpha channel beside the pictures',
			shows: n(0, 40),
			make: k => k.ffmpeg(...k.pictures({ frames: 40 }), ...vp9, '-auto-alt-ref', '0', '-pix_fmt', 'yuva420p', k.out),
		},
		{
			name: 'vp9-10bit.webm',
			about: 'VP9 profile 2',
			shows: n(0, 40),
			make: k => k.ffmpeg(...k.pictures({ frames: 40 }), ...vp9, '-profile:v', '2', '-pix_fmt', 'yuv420p10le', k.out),
		},
		{
			name: 'av1.webm',
			about: 'AV1',
			shows: n(0, 40),
			make: k => k.ffmpeg(...k.pictures(size), ...av1, k.out),
		},
		{
			name: 'av1.mp4',
			about: 'AV1 in MP4',
			shows: n(0, 40),
			make: async k => k.ffmpeg('-i', await k.fixture('av1.webm'), '-c', 'copy', '-strict', 'experimental', k.out),
		},
		{
			name: 'av1-svt.mp4',
			about: 'AV1 as a recent encoder makes it, with deep pyramids',
			shows: n(0, 80),
			needsNewerFfmpeg: true,
			make: k =>
				k.newerFfmpeg(
					...k.pictures({ frames: 80 }),
					'-c:v',
					'libsvtav1',
					'-preset',
					'10',
					'-crf',
					'25',
					'-g',
					'32',
					k.out,
				),
		},
		{
			name: 'av1-10bit.mkv',
			about: 'AV1, 10 bits',
			shows: n(0, 64),
			needsNewerFfmpeg: true,
			make: k =>
				k.newerFfmpeg(
					...k.pictures({ frames: 64 }),
					...['-c:v', 'libsvtav1', '-preset', '10', '-crf', '25', '-g', '32', '-pix_fmt', 'yuv420p10le', k.out],
				),
		},
		{
			name: 'lossless.mkv',
			about: 'FFV1: nothing is lost',
			shows: n(0, 30),
			make: k => k.ffmpeg(...k.pictures({ frames: 30 }), '-c:v', 'ffv1', '-pix_fmt', 'yuv420p', k.out),
		},
		{
			name: 'parameters-in-band.mp4',
			about: 'H.264 whose parameter sets stand before every key frame',
			shows: n(0, 80),
			make: k =>
				k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-x264-params', 'repeat-headers=1', '-tag:v', 'avc3', k.out),
		},
		{
			name: 'slices.mp4',
			about: 'H.264 in four slices a picture, with access unit delimiters',
			shows: n(0, 80),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-x264-params', 'slices=4:aud=1', k.out),
		},
		{
			name: 'deep-reorder.mp4',
			about: 'H.264 with 16 B-frames between references',
			shows: n(0, 120),
			make: k => k.ffmpeg(...k.pictures(), ...h264, '-bf', '16', '-g', '48', '-keyint_min', '48', k.out),
		},
		{
			name: 'zero-latency.mp4',
			about: 'H.264 without reordering',
			shows: n(0, 80),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-tune', 'zerolatency', k.out),
		},
	],
};
