import type { StateStore } from '#shared/aws/state-store.ts';

/** A state store that is a map: for walks of a hundred thousand documents. */
export const memoryStore = (): StateStore => {
	const documents = new Map<string, { text: string; etag: string }>();
	let version = 0;
	const write = (key: string, value: unknown) => {
		documents.set(key, { text: JSON.stringify(value), etag: String(version++) });
	};
	const keysFrom = (prefix: string) => [...documents.keys()].filter(key => key.startsWith(prefix)).sort();
	return {
		read: async key => {
			const found = documents.get(key);
			return found && { value: JSON.parse(found.text) as unknown, etag: found.etag };
		},
		exists: async key => documents.has(key),
		write: async (key, value) => write(key, value),
		create: async (key, value) => {
			if (documents.has(key)) return false;
			write(key, value);
			return true;
		},
		replace: async (key, value, etag) => {
			if (documents.get(key)?.etag !== etag) return false;
			write(key, value);
			return true;
		},
		remove: async key => void documents.delete(key),
		list: async function* (prefix) {
			yield* keysFrom(prefix);
		},
		page: async (prefix, after = '', most) => {
			const keys = keysFrom(prefix).filter(key => key > after);
			return { keys: keys.slice(0, most), more: keys.length > most };
		},
	};
};
