import { type Bitstream, nalUnits, startCode } from './bitstream.ts';
import { type Colours, readSps } from './h264-headers.ts';

/**
 * What a decoder learns from the first picture's bytes and remembers to the end of the stream. It goes in front of every
 * run that begins later: headers that a stream gives only once, and the name of the encoder, by which decoders know
 * which mistakes of old encoders they have to repeat.
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

/** Parameter sets, and what x264 says of itself: user data that isn't registered (payload type 5). */
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

/** What stands before the first of these start codes; nothing where the sample doesn't begin with a start code. */
const before = (sample: Buffer, codes: number[]): Buffer => {
	let at = startCode(sample, 0);
	if (at !== 0) return Buffer.alloc(0);
	while (at >= 0 && !codes.includes(sample[at + 3] ?? 0)) at = startCode(sample, at + 3);
	return at < 0 ? Buffer.alloc(0) : Buffer.from(sample.subarray(0, at));
};

/**
 * Whether a picture brings parameter sets of its own, and which: those of H.264 and HEVC may change within a stream.
 * @returns the sets, one after another; empty without any
 */
export function parameterSets(sample: Buffer, { codec, lengthBytes }: Bitstream): Buffer {
	if (codec !== 'h264' && codec !== 'hevc') return Buffer.alloc(0);
	const isSet = codec === 'h264' ? (nal: Buffer) => [7, 8].includes((nal[0] ?? 0) & 0x1f) : isSetupOfHevc;
	return Buffer.concat([...nalUnits(sample, lengthBytes)].filter(isSet));
}

/** What the sequence parameter sets in a picture's bytes say of colours; empty without any, and for other codecs. */
export function coloursIn(sample: Buffer, { codec, lengthBytes }: Bitstream): Colours[] {
	if (codec !== 'h264') return [];
	return [...nalUnits(sample, lengthBytes)]
		.filter(nal => ((nal[0] ?? 0) & 0x1f) === 7)
		.map(nal => readSps(nal).sps.colours);
}
