import { createHash } from 'node:crypto';
import { invalidParameter } from './errors.ts';
import type { Parameters } from './parameters.ts';

const name = 'AWSTraceHeader';
const type = 'String';

/** The one system attribute that a message may be sent with. @throws SqsError */
export function traceHeaderOf(parameters: Parameters): string | undefined {
	const attributes = parameters.optionalObject('MessageSystemAttributes');
	if (!attributes) return undefined;
	attributes.allowOnly([name]);
	const header = attributes.optionalObject(name);
	if (!header) return undefined;
	header.allowOnly(['DataType', 'StringValue']);
	if (header.text('DataType') !== type)
		throw invalidParameter(name, header.text('DataType'), `Its type must be ${type}.`);
	return header.text('StringValue');
}

/** Hex MD5 of a trace header, as SQS answers it: of each part with its length, and 1 for a string. */
export function traceHeaderMd5(header: string): string {
	const parts = [name, type, header].flatMap((text, i) => {
		const length = Buffer.alloc(4);
		length.writeUInt32BE(Buffer.byteLength(text));
		return [...(i === 2 ? [Buffer.of(1)] : []), length, Buffer.from(text)];
	});
	return createHash('md5').update(Buffer.concat(parts)).digest('hex');
}
