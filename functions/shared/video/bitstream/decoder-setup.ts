import { type Bitstream, nalUnits, startCode } from './bitstream.ts';
import { type Colours, readSps } from './h264-headers.ts';

/**
 * Data in the first picture that a decoder keeps to the end of the stream, to be inserted in front of every later run:
 * headers that occur only once, and the name of the encoder, which selects workarounds for bugs of old encoders.
 * @param sample bytes of the first picture
 */
export function decoderSetup(sample: Buffer, { codec, lengthBytes }: Bitstream): Buffer {
	if (codec === 'h264' || codec === 'hevc') {
		const remembered = codec === 'h264' ? isSetupOfH264 : isSetupOfHevc;
		return Buffer.concat([...nalUnits(sample, lengthBytes)].filter(remembered).map(nal => framed(nal, lengthBytes)));
	}
	if (codec === 'mpeg4') return before(sample, [0xb6, 0xb3]);
	if (codec === 'mpeg1video' || codec === 'mpeg2video') return before(sample, [0x00, 0xb8]);
	return Buffer.alloc(0);
}

/** Parameter sets, and the version string of x264: unregistered user data (payload type 5). */
const isSetupOfH264 = (nal: Buffer): boolean => {
	const type = (nal[0] ?? 0) & 0x1f;
	return type === 7 || type === 8 || (type === 6 && nal[1] === 5 && nal.includes('x264 - core', 0, 'latin1'));
};

const isSetupOfHevc = (nal: Buffer): boolean => {
	const type = ((nal[0] ?? 0) >> 1) & 0x3f;
	return type >= 32 && type <= 34;
};

const framed = (nal: Buffer, lengthBytes: number): Buffer => {
	if (lengthBytes === 0) return Buffer.concat([Buffer.from([0, 0, 0, 1]), nal]);
	const length = Buffer.alloc(lengthBytes);
	length.writeUIntBE(nal.length, 0, lengthBytes);
	return Buffer.concat([length, nal]);
};

/** The bytes before the first of these start codes; empty if the sample does not begin with a start code. */
const before = (sample: Buffer, codes: number[]): Buffer => {
	let at = startCode(sample, 0);
	if (at !== 0) return Buffer.alloc(0);
	while (at >= 0 && !codes.includes(sample[at + 3] ?? 0)) at = startCode(sample, at + 3);
	return at < 0 ? Buffer.alloc(0) : Buffer.from(sample.subarray(0, at));
};

/**
 * The parameter sets of a picture; those of H.264 and HEVC may change within a stream.
 * @returns the concatenated sets; empty if there are none
 */
export function parameterSets(sample: Buffer, { codec, lengthBytes }: Bitstream): Buffer {
	if (codec !== 'h264' && codec !== 'hevc') return Buffer.alloc(0);
	const isSet = codec === 'h264' ? (nal: Buffer) => [7, 8].includes((nal[0] ?? 0) & 0x1f) : isSetupOfHevc;
	return Buffer.concat([...nalUnits(sample, lengthBytes)].filter(isSet));
}

/** Colours declared in the sequence parameter sets of a picture; empty if none are, and for other codecs. */
export function coloursIn(sample: Buffer, { codec, lengthBytes }: Bitstream): Colours[] {
	if (codec !== 'h264') return [];
	return [...nalUnits(sample, lengthBytes)]
		.filter(nal => ((nal[0] ?? 0) & 0x1f) === 7)
		.map(nal => readSps(nal).sps.colours);
}
