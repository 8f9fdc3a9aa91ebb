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
