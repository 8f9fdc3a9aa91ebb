import { XMLParser } from 'fast-xml-parser';
import type { S3Answer, S3Call } from './call.ts';
import { S3Error } from './errors.ts';
import { receiveBody } from './incoming-body.ts';

/** Elements in order; one with an undefined value is left out. */
export type Elements = readonly (readonly [name: string, value: string | number | boolean | Elements | undefined])[];

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
const largestDocument = 8 * 1024 * 1024;

const parser = new XMLParser({
	parseTagValue: false,
	trimValues: false,
	htmlEntities: true,
	isArray: name => name === 'Part',
});

/** An answer that is an XML document. */
export function xmlAnswer(root: string, elements: Elements, headers: Readonly<Record<string, string>> = {}): S3Answer {
	return {
		status: 200,
		headers: { 'content-type': 'application/xml', ...headers },
		body: xmlDocument(root, elements, ` xmlns="${namespace}"`),
	};
}

export function xmlDocument(root: string, elements: Elements, attributes = ''): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attributes}>${render(elements)}</${root}>`;
}

/**
 * Reads a request body that is an XML document, checked like any other body.
 *
 * @returns what is inside its root element.
 * @throws S3Error
 */
export async function readDocument(call: S3Call, root: string): Promise<Record<string, unknown>> {
	const parts: Buffer[] = [];
	let size = 0;
	await receiveBody(call.headers, call.body, chunk => {
		size += chunk.length;
		if (size <= largestDocument) parts.push(chunk);
	});
	if (size > largestDocument) throw new S3Error('MaxMessageLengthExceeded', 'Your request was too large.');
	const document = parse(Buffer.concat(parts).toString('utf8'))[root];
	if (typeof document !== 'object' || document === null)
		throw new S3Error('MalformedXML', `The XML you provided was not well-formed or has no ${root} element.`);
	return document as Record<string, unknown>;
}

/** The elements of that name inside another, as objects. */
export function elementsOf(parent: Record<string, unknown>, name: string): Record<string, unknown>[] {
	const list = Array.isArray(parent[name]) ? (parent[name] as unknown[]) : [];
	return list.filter(item => typeof item === 'object' && item !== null) as Record<string, unknown>[];
}

function parse(text: string): Record<string, unknown> {
	try {
		return parser.parse(text) as Record<string, unknown>;
	} catch {
		return {};
	}
}

function render(elements: Elements): string {
	return elements
		.map(([name, value]) => {
			if (value === undefined) return '';
			return `<${name}>${typeof value === 'object' ? render(value) : escapeXml(String(value))}</${name}>`;
		})
		.join('');
}

function escapeXml(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: a key may hold any character, and XML has to survive it.
	return text.replace(/[&<>"\u0000-\u001f\u007f-\u009f\u2028]/g, char => `&#${char.charCodeAt(0)};`);
}
