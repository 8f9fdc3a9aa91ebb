/** What proves that a trap of frame numbering doesn't catch us: fixtures of the matrix, other test files, or why none. */
export type Trap = {
	number: number;
	trap: string;
	/** Fixtures that go through the matrix, or damaged and hostile files. */
	fixtures: string[];
	/** Test files that prove it besides. */
	tests: string[];
	/** What isn't proven by a file, and why. */
	note?: string;
};

const trap = (number: number, name: string, fixtures: string[], tests: string[] = [], note?: string): Trap => ({
	number,
	trap: name,
	fixtures,
	tests,
	...(note === undefined ? {} : { note }),
});

const damage = 'test/video/damage.test.ts';
const command = 'test/video/command.test.ts';
const readers = 'test/parity/frames-pyav.test.ts';

/** The 27 traps of frame numbering. */
export const traps: Trap[] = [
	trap(1, 'Variable rate: an index from a rate drifts', ['vfr.mp4', 'vfr.mkv', 'ntsc-rate.mp4', 'pause.mp4']),
	trap(2, 'ffmpeg repeats or drops frames to keep a rate', ['vfr.mp4', 'pause.mp4'], [command]),
	trap(
		3,
		'The fps filter on a variable rate',
		['vfr.mp4'],
		[],
		'No rate filter is used anywhere: frames are chosen by time or by count.',
	),
	trap(
		4,
		"OpenCV's position property",
		['vfr.mp4'],
		[readers],
		'Not used. OpenCV is only read from start to end, as an oracle.',
	),
	trap(5, 'B-frames without composition times', ['no-ctts.mp4']),
	trap(6, 'Packets without times', [
		'mpeg4.avi',
		'h264.avi',
		'xvid-packed.avi',
		'h264-annexb.h264',
		'hevc-annexb.hevc',
		'animation.gif',
	]),
	trap(7, 'Negative times and starts other than 0', [
		...[
			'late-start.mkv',
			'negative-start.mkv',
			'negative-start.mp4',
			'late-start.ts',
			'clock-wraps.ts',
			'late-start.flv',
		],
		...['h264.flv', 'frag-keyframe.mp4'],
	]),
	trap(8, 'Edit lists and discarded pictures', [
		...['cut-h264.mp4', 'cut-hevc.mp4', 'cut-with-sound.mov', 'empty-edit.mp4', 'two-edits.mp4'],
	]),
	trap(9, 'Open groups, recovery points, false key frames', [
		...['open-gop-h264.mp4', 'open-gop-h264.mkv', 'open-gop-h264.ts', 'open-gop-hevc.mp4', 'open-gop-hevc.mkv'],
		...['intra-refresh.mp4', 'lying-sync-table.mp4', 'no-sync-table.mp4'],
	]),
	trap(10, 'A seek lands late where there is no index', [
		...['h264.ts', 'hevc.ts', 'mpeg2.ts', 'h264.m2ts', 'mpeg2.mpg', 'no-cues.mkv', 'live.mkv', 'small-clusters.mkv'],
	]),
	trap(
		11,
		'A decoder remembers what was before a seek',
		['deep-reorder.mp4', 'b-pyramid.mp4', 'hevc.mp4'],
		[],
		'A decoder lives for one chunk and is never sent back.',
	),
	trap(12, 'Key frames too far apart', ['gop-600.mp4'], ['test/unit/video/plan-chunks.test.ts']),
	trap(
		13,
		"The header's index isn't the file's",
		[
			...[
				'lying-sync-table.mp4',
				'time-goes-back.mp4',
				'same-time.mp4',
				'pictures-elsewhere.mp4',
				'cut-off-at-45-moov-first.mp4',
			],
		],
		[damage],
	),
	trap(14, "The container's count isn't the decoder's", [
		...['vp8-hidden-frames.webm', 'vp9-superframes.webm', 'xvid-packed.avi', 'cut-h264.mp4', 'two-videos.mkv'],
		'empty-samples.mov',
	]),
	trap(
		15,
		'The last pictures',
		['b-pyramid.mp4', 'deep-reorder.mp4', 'one-frame.mp4', 'h264.ts', 'hevc.ts'],
		[command],
	),
	trap(
		16,
		'Damaged pictures are replaced by others',
		[
			...[
				'hole.mp4',
				'hole.mkv',
				'hole.ts',
				'scratches.mp4',
				'scratched-key-frame.mp4',
				'scratches-hevc.mp4',
				'scratches.webm',
			],
			'missing-picture.mp4',
		],
		[damage],
		'A change that a decoder takes for sound data can be told only by a checksum, which most formats lack.',
	),
	trap(
		17,
		'Cut off, or without its movie box',
		[
			...['no-moov.mp4', 'cut-off-at-45-b-pyramid.mp4', 'cut-off-at-45-small-clusters.mkv', 'cut-off-at-45-h264.ts'],
			'fragment-alone.mp4',
		],
		[damage, 'test/video/hostile.test.ts'],
	),
	trap(18, 'Times that repeat or go back', [
		...['same-time.mp4', 'same-time.mkv', 'time-goes-back.mp4', 'times-swapped.mp4', 'times-rotated.mp4', 'joined.ts'],
	]),
	trap(19, 'Rotation and flips', [
		...['turned-0.mp4', 'turned-90.mp4', 'turned-180.mp4', 'turned-270.mp4', 'odd-turned.mp4'],
		...['flipped-horizontally.mp4', 'flipped-vertically.mp4', 'transposed.mp4', 'transversed.mp4'],
	]),
	trap(20, 'Pixels that are not square', ['wide-pixels.mp4', 'wide-pixels.mkv']),
	trap(21, 'Interlaced pictures', ['interlaced-h264.mp4', 'interlaced-mpeg2.ts']),
	trap(
		22,
		'Colour matrix and range',
		['bt709.mp4', 'bt709.mkv', 'bt601.mp4', 'full-range.mp4', 'untagged-hd.mp4', 'rgb.mkv'],
		[command, readers],
	),
	trap(
		23,
		'Ten bits and HDR',
		['10-bit.mp4', '10-bit-h264.mp4', 'vp9-10bit.webm', 'av1-10bit.mkv', 'hdr10.mp4', 'hlg.mp4'],
		[readers],
	),
	trap(24, 'Alpha', ['vp9-alpha.webm'], [], 'Dropped: pictures have three channels.'),
	trap(25, 'Odd sizes', ['odd-4-4-4.mp4', 'odd-4-2-0.mkv', 'odd-mjpeg.avi', 'odd-mpeg4.mp4', 'odd-turned.mp4']),
	trap(26, 'Arguments that grow too long', ['vfr.mp4', 'gop-600.mp4'], ['test/unit/video/select-expression.test.ts']),
	trap(
		27,
		'Half-written output that is taken for whole',
		[],
		['test/pipeline/sample.test.ts', command],
		'Files are renamed when they are whole; a marker is written last.',
	),
];
