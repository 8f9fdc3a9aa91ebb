/**
 * Removes user name and password from a URL: `fetch` refuses them there, and error messages would show them.
 * @returns the address without them, and the header that carries them
 */
export function splitCredentials(url: URL): { address: URL; headers: Record<string, string> } {
	if (url.username === '' && url.password === '') return { address: url, headers: {} };
	const address = new URL(url);
	address.username = '';
	address.password = '';
	const pair = Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`, 'utf8').toString('base64');
	return { address, headers: { authorization: `Basic ${pair}` } };
}

/** Decodes percent-encoding; a lone percent sign is kept. */
const decoded = (text: string): string => {
	try {
		return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
	} catch {
		// Not UTF-8: unchanged.
		return text;
	}
};
