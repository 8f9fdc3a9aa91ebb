/** What another reader may show instead of our very pixels: how far a picture may be off in the mean, and why. */
export type Difference = { off: number; why: string } | { other: string };

const chroma = {
	off: 6,
	why: 'these pixels take the way through the scaler, where newer ones place chroma by its tag, and PyAV interpolates linearly',
};
const ownFields = { off: 13, why: 'newer scalers upsample the chroma of each field by itself' };
const angle = { other: 'knows only the angle of a display matrix, so flips stay undone; the barcode is the proof' };
const ownSize = { other: 'gives every picture its own size; ours have the size of the first' };
const managed = { other: 'maps HDR colours; we keep the values, as the reference does' };

const fourInARow = { off: 12, why: 'newer scalers upsample 4:1:1 and 4:1:0 in other steps' };
const rounded = { off: 0.01, why: 'newer decoders round its inverse transform another way' };
const lateStart = { other: 'ends with an error where the first picture needs others, or with a delimiter' };
const wideColours = {
	other: 'converts BT.2020 of 8 bits otherwise than the shipped ffmpeg; `pixels.test.ts` is the proof',
};
const endCode = { other: 'ends with an error at the end code, which holds no picture' };
const otherTrack = { other: 'reads the first track, not the film' };
const allSegments = { other: 'reads the second segment, as ffmpeg does since 5.0' };

/** The real clip is MPEG-4 of a kind from before the standard. */
export const clipDifference: Difference = { off: 0.01, why: 'newer decoders round its inverse transform another way' };

/** Where PyAV 18 (FFmpeg 8) shows other pixels than the shipped decoder. Everything else is equal bit for bit. */
export const pyavDifferences: Record<string, Difference> = {
	'bt2020.mp4': wideColours,
	'other-colours.ts': wideColours,
	'end-code-alone.mkv': endCode,
	'10-bit.mp4': chroma,
	'10-bit-h264.mp4': chroma,
	'hdr10.mp4': chroma,
	'hlg.mp4': chroma,
	'vp9-10bit.webm': chroma,
	'av1-10bit.mkv': chroma,
	'odd-mjpeg.avi': chroma,
	'odd-mpeg4.mp4': chroma,
	'interlaced-h264.mp4': ownFields,
	'interlaced-mpeg2.ts': ownFields,
	'interlaced-h264.ts': ownFields,
	'flipped-horizontally.mp4': angle,
	'flipped-vertically.mp4': angle,
	'transposed.mp4': angle,
	'transversed.mp4': angle,
	'size-change.ts': ownSize,
	'size-change.mp4': ownSize,
	'size-change.mkv': ownSize,
	'joined.h264': ownSize,
	'joined-sizes.ts': ownSize,
	'size-change-longer-second-part.ts': ownSize,
	'size-change-longer-second-part.h264': ownSize,
	'two-sample-descriptions-of-sizes.mp4': ownSize,
	'dv-ntsc.avi': fourInARow,
	'ffv1-4-1-1.mkv': fourInARow,
	'ffv1-4-1-0.mkv': fourInARow,
	'raw-4-1-1.avi': fourInARow,
	'odd-4-1-1.mkv': fourInARow,
	'all-false-keys-msmpeg4.avi': rounded,
	'all-false-keys-msmpeg4.mkv': rounded,
	'few-false-keys-msmpeg4.mkv': rounded,
	'p-first-vp8.webm': lateStart,
	'p-first-vp9.webm': lateStart,
	'delimiter-behind.h264': lateStart,
	'disabled-track-first.mp4': otherTrack,
	'appended.mkv': allSegments,
	'mirrored.mkv': angle,
	'empty-samples.mov': { other: 'refuses packets without bytes' },
};

/** The same for OpenCV 4.14 (FFmpeg 8). */
export const opencvDifferences: Record<string, Difference> = {
	'bt2020.mp4': wideColours,
	'other-colours.ts': wideColours,
	'prores.mov': chroma,
	'10-bit.mp4': chroma,
	'10-bit-h264.mp4': chroma,
	'vp9-10bit.webm': chroma,
	'av1-10bit.mkv': chroma,
	'odd-mpeg4.mp4': chroma,
	'size-change.ts': chroma,
	'size-change.mp4': chroma,
	'size-change.mkv': chroma,
	'joined.h264': chroma,
	'joined-sizes.ts': chroma,
	'size-change-longer-second-part.ts': chroma,
	'size-change-longer-second-part.h264': chroma,
	'two-sample-descriptions-of-sizes.mp4': chroma,
	'ffv1-4-1-1.mkv': chroma,
	'ffv1-4-1-0.mkv': chroma,
	'raw-4-1-1.avi': chroma,
	'dv-ntsc.avi': { other: 'its scaler refuses interlaced pictures, and it gives out what its memory held' },
	'no-keys-prores.mkv': chroma,
	'one-key-prores.mov': chroma,
	'all-false-keys-msmpeg4.avi': rounded,
	'all-false-keys-msmpeg4.mkv': rounded,
	'few-false-keys-msmpeg4.mkv': rounded,
	'p-first-vp8.webm': lateStart,
	'p-first-vp9.webm': lateStart,
	'delimiter-behind.h264': lateStart,
	'thumbnails-first.mp4': otherTrack,
	'disabled-track-first.mp4': otherTrack,
	'appended.mkv': allSegments,
	'mirrored.mkv': angle,
	'empty-samples.mov': { other: 'ends at the first packet without bytes' },
	'hdr10.mp4': managed,
	'hlg.mp4': managed,
	'interlaced-h264.mp4': { other: 'its scaler refuses interlaced pictures, and it gives out what its memory held' },
	'interlaced-mpeg2.ts': { other: 'its scaler refuses interlaced pictures, and it gives out what its memory held' },
	'interlaced-h264.ts': { other: 'its scaler refuses interlaced pictures, and it gives out what its memory held' },
	'flipped-horizontally.mp4': angle,
	'flipped-vertically.mp4': angle,
	'transposed.mp4': angle,
	'transversed.mp4': angle,
	'cover-before.mp4': { other: 'reads the cover instead of the video' },
};
