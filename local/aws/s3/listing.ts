import { compareKeys, type KeyIndex } from './key-index.ts';

/** Start of a page: after a key, or after all keys with a common prefix. */
export type Position = { readonly afterKey: string } | { readonly afterPrefix: string };

/** Which part of a bucket's keys to list. */
export type PageRequest = {
	readonly prefix: string;
	/** Empty for none. */
	readonly delimiter: string;
	readonly start: Position | undefined;
	/** Keys and common prefixes together. */
	readonly limit: number;
};

export type Page<Value> = {
	readonly contents: readonly (readonly [key: string, value: Value])[];
	readonly commonPrefixes: readonly string[];
	/** Where the next page begins; absent when this is the last. */
	readonly next?: Position;
};

type Item<Value> = { readonly key: string; readonly value: Value } | { readonly common: string };

/** One page of a listing. */
export function listPage<Value>(index: KeyIndex<Value>, request: PageRequest): Page<Value> {
	const contents: [string, Value][] = [];
	const commonPrefixes: string[] = [];
	if (request.limit === 0) return { contents, commonPrefixes };
	let next: Position = { afterKey: '' };
	for (const item of items(index, request)) {
		if (contents.length + commonPrefixes.length === request.limit) return { contents, commonPrefixes, next };
		if ('common' in item) {
			commonPrefixes.push(item.common);
			next = { afterPrefix: item.common };
		} else {
			contents.push([item.key, item.value]);
			next = { afterKey: item.key };
		}
	}
	return { contents, commonPrefixes };
}

/** Keys and common prefixes in order. Keys under a common prefix are stepped over, not read. */
function* items<Value>(index: KeyIndex<Value>, { prefix, delimiter, start }: PageRequest): Generator<Item<Value>> {
	let next = start;
	do {
		const from = next;
		next = undefined;
		for (const [key, value] of index.from(key => compareKeys(key, prefix) < 0 || isBefore(key, from))) {
			if (!key.startsWith(prefix)) return;
			const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
			if (cut >= 0) {
				const common = key.slice(0, cut + delimiter.length);
				yield { common };
				next = { afterPrefix: common };
				break;
			}
			yield { key, value };
		}
	} while (next);
}

function isBefore(key: string, start: Position | undefined): boolean {
	if (!start) return false;
	if ('afterKey' in start) return compareKeys(key, start.afterKey) <= 0;
	return compareKeys(key, start.afterPrefix) < 0 || key.startsWith(start.afterPrefix);
}
