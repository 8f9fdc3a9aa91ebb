type Headers = Readonly<Record<string, string>>;

const keptHeaders = ['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires'];

/** The headers of a request that are kept with its object and given back with it. */
export function storedHeaders(headers: Headers): Record<string, string> {
	const stored: Record<string, string> = { 'content-type': 'binary/octet-stream' };
	for (const [name, value] of Object.entries(headers))
		if (keptHeaders.includes(name) || name.startsWith('x-amz-meta-')) stored[name] = value;
	const encodings = (headers['content-encoding'] ?? '').split(',').map(coding => coding.trim());
	const kept = encodings.filter(coding => coding !== '' && coding !== 'aws-chunked').join(',');
	if (kept !== '') stored['content-encoding'] = kept;
	return stored;
}

/** The headers that a GET may ask to have answered differently from what is stored, by their query names. */
export function overriddenHeaders(query: ReadonlyMap<string, string>): Record<string, string> {
	const overridden: Record<string, string> = {};
	for (const [name, value] of query)
		if (name.startsWith('response-')) overridden[name.slice('response-'.length)] = value;
	return overridden;
}
