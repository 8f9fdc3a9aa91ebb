import { randomBytes } from 'node:crypto';

/** A field of a form: a text, or a file under a name, with its media type. */
export type FormPart = { name: string } & ({ text: string } | { file: string; type: string; bytes: Uint8Array });

/** An encoded form, in pieces. */
export type EncodedForm = { pieces: Uint8Array[]; headers: { 'content-type': string; 'content-length': string } };

/**
 * Encodes multipart/form-data (RFC 7578) without copying files, which `FormData` copies several times. Names must not
 * contain quotes or line breaks.
 */
export function encodeForm(parts: FormPart[]): EncodedForm {
	const boundary = `framefan-${randomBytes(16).toString('hex')}`;
	const pieces = parts.flatMap((part): Uint8Array[] => {
		const head = `--${boundary}\r\ncontent-disposition: form-data; name="${part.name}"`;
		if ('text' in part) return [Buffer.from(`${head}\r\n\r\n${part.text}\r\n`)];
		const { file, type, bytes } = part;
		return [Buffer.from(`${head}; filename="${file}"\r\ncontent-type: ${type}\r\n\r\n`), bytes, Buffer.from('\r\n')];
	});
	pieces.push(Buffer.from(`--${boundary}--\r\n`));
	const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
	return {
		pieces,
		headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(length) },
	};
}

/** Pieces as a request body that is read once. */
export function streamOf(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
	let next = 0;
	return new ReadableStream({
		pull: controller => {
			const piece = pieces[next++];
			if (piece) controller.enqueue(piece);
			else controller.close();
		},
	});
}
