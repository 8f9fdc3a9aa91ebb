/** A chunk with its length; a byte is added where that is odd. */
const chunk = (id: string, ...content: Buffer[]): Buffer => {
	const body = Buffer.concat(content);
	const head = Buffer.alloc(8);
	head.write(id, 'latin1');
	head.writeUInt32LE(body.length, 4);
	return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
};

const letters = (text: string): Buffer => Buffer.from(text, 'latin1');

/** 32-bit numbers, lowest byte first. */
const numbersOf = (...values: number[]): Buffer => {
	const bytes = Buffer.alloc(values.length * 4);
	for (const [at, value] of values.entries()) bytes.writeInt32LE(value | 0, at * 4);
	return bytes;
};

type Picture = { data: Buffer; isKey: boolean };

/** An AVI of one video stream with 30 pictures a second. */
export function avi(fourCc: string, width: number, height: number, pictures: Picture[]): Buffer {
	const count = pictures.length;
	const mainHeader = numbersOf(33_333, 0, 0, 0x10, count, 0, 1, 0, width, height, 0, 0, 0, 0);
	const streamHeader = Buffer.concat([
		letters(`vids${fourCc}`),
		numbersOf(0, 0, 0, 1, 30, 0, count, 0, -1, 0, 0, (height << 16) | width),
	]);
	const format = Buffer.concat([
		numbersOf(40, width, height, (24 << 16) | 1),
		letters(fourCc),
		numbersOf(width * height * 3, 0, 0, 0, 0),
	]);
	const header = chunk(
		'LIST',
		letters('hdrl'),
		chunk('avih', mainHeader),
		chunk('LIST', letters('strl'), chunk('strh', streamHeader), chunk('strf', format)),
	);
	const chunks = pictures.map(({ data }) => chunk('00dc', data));
	let offset = 4;
	const index = pictures.map(({ data, isKey }, at) => {
		const entry = Buffer.concat([letters('00dc'), numbersOf(isKey ? 0x10 : 0, offset, data.length)]);
		offset += (chunks[at] as Buffer).length;
		return entry;
	});
	const body = [header, chunk('LIST', letters('movi'), ...chunks), chunk('idx1', ...index)];
	return chunk('RIFF', letters('AVI '), ...body);
}

/** The pictures of an AVI's first stream. */
export function picturesOf(bytes: Buffer): Buffer[] {
	const found: Buffer[] = [];
	const end = bytes.lastIndexOf('idx1');
	for (let at = bytes.indexOf('movi') + 4; at < end; ) {
		const size = bytes.readUInt32LE(at + 4);
		if (bytes.toString('latin1', at, at + 4) === '00dc') found.push(bytes.subarray(at + 8, at + 8 + size));
		at += 8 + size + (size & 1);
	}
	return found;
}
