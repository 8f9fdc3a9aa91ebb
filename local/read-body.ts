/**
 * Reads a whole request body that is known to be small.
 * @param limit bytes
 * @returns undefined when the body is larger
 */
export async function readBody(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer | undefined> {
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of body) {
		size += part.length;
		if (size <= limit) parts.push(part);
	}
	return size <= limit ? Buffer.concat(parts) : undefined;
}
