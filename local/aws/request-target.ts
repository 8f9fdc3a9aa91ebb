/** One `name=value` of a query string, decoded. */
export type QueryPair = readonly [name: string, value: string];

/** The target of a request line; its path is as received, still percent-encoded. */
export type RequestTarget = {
	readonly path: string;
	readonly query: readonly QueryPair[];
};

/**
 * Splits a request target without normalising it, since `//` and `..` are ordinary parts of an S3 key.
 *
 * @throws URIError when the query is not valid percent-encoded UTF-8.
 */
export function parseTarget(target: string): RequestTarget {
	const mark = target.indexOf('?');
	if (mark < 0) return { path: target, query: [] };
	const query = target
		.slice(mark + 1)
		.split('&')
		.filter(part => part !== '')
		.map((part): QueryPair => {
			const equals = part.indexOf('=');
			return equals < 0
				? [decodeURIComponent(part), '']
				: [decodeURIComponent(part.slice(0, equals)), decodeURIComponent(part.slice(equals + 1))];
		});
	return { path: target.slice(0, mark), query };
}
