/** Decoder memory per pixel, in bytes: about ten pictures of 8 or 10 bits. */
const bytesPerPixel = 52;

/** Memory of the function in MiB; outside Lambda that of fan-out, so that the limits are the same. */
const memory = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 1769);

/** Largest picture in pixels, limited by memory: with 1,769 MiB 35.6 million, which is more than 8192 × 4320. */
export const mostPixels = Math.floor((memory * 1024 * 1024) / bytesPerPixel);

/** Address space of ffmpeg in KiB. More than the memory, since threads reserve more than they use. */
export const addressSpace = (Math.max(memory, 1769) + 2048) * 1024;

/** What ffmpeg reads. `from`: `pipe:0` or an address on loopback; `stream`: a stream specifier of the picture stream. */
export type InputArguments = {
	demuxer: string;
	options: string[];
	stream: string;
	from: string;
	threads?: number;
};

/** Largest allocation of ffmpeg in bytes: fits a picture of 8K with 16 bits in four channels. */
const largestAllocation = 512 * 1024 * 1024;

/**
 * Allowed decoders, by ffmpeg's names: those covered by fixtures. ffmpeg has hundreds, each an attack surface for hostile
 * files.
 */
const decoders = [
	...['h264', 'hevc', 'vp8', 'libvpx', 'vp9', 'libvpx-vp9', 'av1', 'libdav1d', 'libaom-av1', 'vvc'],
	...['mpeg1video', 'mpeg2video', 'mpegvideo', 'mpeg4', 'msmpeg4v1', 'msmpeg4v2', 'msmpeg4', 'msmpeg4v3'],
	...['h261', 'h263', 'h263i', 'h263p', 'flv', 'wmv1', 'wmv2', 'wmv3', 'vc1', 'theora', 'vp3', 'vp6', 'vp6f', 'vp6a'],
	...['mjpeg', 'mjpegb', 'prores', 'prores_ks', 'dnxhd', 'ffv1', 'dvvideo', 'gif', 'apng', 'png'],
	...['rawvideo', 'yuv4', 'v210', 'v410', 'huffyuv', 'ffvhuff', 'utvideo', 'magicyuv', 'cfhd', 'qtrle', 'cinepak'],
	...['svq1', 'svq3', 'rv10', 'rv20', 'rv30', 'rv40', 'wrapped_avframe'],
];

/**
 * The arguments of every decoding ffmpeg: limits on input and memory, and the picture stream through a chain of filters,
 * with one output picture for each one that passes.
 *
 * The second input is never read. ffmpeg prints its name after all text of the file, so it marks in the log where that
 * text ends, with a name that no file can know.
 * @param name random, for this run only
 */
export function decodeArguments(
	{ everyPictureOnce }: { everyPictureOnce: string[] },
	{ input, name, filters, output }: { input: InputArguments; name: string; filters: string; output: string[] },
): string[] {
	const { demuxer, from } = input;
	// The demuxer of transport streams logs lost packets at debug level.
	const level = demuxer === 'mpegts' ? 'debug' : 'info';
	// A chain without flags would scale bilinearly where colours are converted.
	const graph = `sws_flags=bicubic;[0:${input.stream}]${filters}[picture]`;
	return [
		...['-hide_banner', '-nostdin', '-nostats', '-loglevel', `repeat+level+${level}`],
		...['-max_alloc', String(largestAllocation)],
		...['-protocol_whitelist', from.startsWith('pipe:') ? 'pipe' : 'http,tcp', '-copyts'],
		...['-codec_whitelist', decoders.join(','), '-max_pixels', String(mostPixels)],
		...(input.threads === undefined ? [] : ['-threads', String(input.threads)]),
		...['-f', demuxer, ...input.options, '-i', from],
		...['-f', 'lavfi', '-i', `nullsrc@${name}=s=16x16`],
		...['-filter_complex', graph, '-map', '[picture]', '-map_metadata', '-1', '-map_chapters', '-1'],
		...everyPictureOnce,
		...output,
	];
}
