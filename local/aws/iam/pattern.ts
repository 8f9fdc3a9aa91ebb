/** Whether a text matches a pattern of IAM, in which `*` is any text, also with `/`, and `?` any character. */
export function matches(pattern: string, text: string): boolean {
	const escaped = pattern
		.replace(/[.+^${}()|[\]\\]/g, '\\$&')
		.replaceAll('*', '.*')
		.replaceAll('?', '.');
	return new RegExp(`^${escaped}$`, 's').test(text);
}
