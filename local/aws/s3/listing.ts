import { compareKeys, type KeyIndex } from './key-index.ts';

/** Which part of a bucket's keys to list. */
export type PageRequest = {
	readonly prefix: string;
	/** Only keys after this one. */
	readonly after: string | undefined;
	readonly limit: number;
};

export type Page<Value> = {
	readonly contents: readonly (readonly [key: string, value: Value])[];
	/** Whether there are more. */
	readonly more: boolean;
};

/** One page of a listing. */
export function listPage<Value>(index: KeyIndex<Value>, { prefix, after, limit }: PageRequest): Page<Value> {
	const contents: [string, Value][] = [];
	const isBefore = (key: string) =>
		compareKeys(key, prefix) < 0 || (after !== undefined && compareKeys(key, after) <= 0);
	for (const [key, value] of index.from(isBefore)) {
		if (!key.startsWith(prefix)) break;
		if (contents.length === limit) return { contents, more: limit > 0 };
		contents.push([key, value]);
	}
	return { contents, more: false };
}
