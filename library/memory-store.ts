import type { StateStore } from '#shared/state-store.ts';

/** The documents of one sampling in memory, stored as text like in S3. */
export function makeMemoryStore(): StateStore {
	const documents = new Map<string, { text: string; etag: string }>();
	let version = 0;
	const put = (key: string, value: unknown) => {
		version++;
		documents.set(key, { text: JSON.stringify(value), etag: String(version) });
	};
	const keysAfter = (prefix: string, after = '') =>
		[...documents.keys()].filter(key => key.startsWith(prefix) && key > after).sort();
	return {
		read: async key => {
			const found = documents.get(key);
			return found && { value: JSON.parse(found.text), etag: found.etag };
		},
		exists: async key => documents.has(key),
		write: async (key, value) => put(key, value),
		writeText: async (key, pieces) => {
			let text = '';
			for await (const piece of pieces) text += piece;
			put(key, JSON.parse(text));
		},
		create: async (key, value) => {
			if (documents.has(key)) return false;
			put(key, value);
			return true;
		},
		replace: async (key, value, etag) => {
			if (documents.get(key)?.etag !== etag) return false;
			put(key, value);
			return true;
		},
		remove: async key => void documents.delete(key),
		list: async function* (prefix) {
			yield* keysAfter(prefix);
		},
		page: async (prefix, after, most) => {
			const keys = keysAfter(prefix, after);
			return { keys: keys.slice(0, most), more: keys.length > most };
		},
	};
}
