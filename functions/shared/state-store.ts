/** JSON documents in the state bucket; readers validate them. */
export type StateStore = {
	/** The document; undefined when there is none. */
	read(key: string): Promise<{ value: unknown; etag: string } | undefined>;
	exists(key: string): Promise<boolean>;
	write(key: string, value: unknown): Promise<void>;
	/** Writes a stream of JSON text, for documents too large for memory; appears only when it is complete. */
	writeText(key: string, pieces: AsyncIterable<string>): Promise<void>;
	/** Writes only if the key is new; false when it exists, which is not an error. */
	create(key: string, value: unknown): Promise<boolean>;
	/** Replaces only the version with this ETag; false when it has changed. */
	replace(key: string, value: unknown, etag: string): Promise<boolean>;
	remove(key: string): Promise<void>;
	/** Keys with this prefix, in order. */
	list(prefix: string): AsyncIterable<string>;
	/** At most `most` keys with this prefix, after a key or from the first one; `more`: whether others follow. */
	page(prefix: string, after: string | undefined, most: number): Promise<{ keys: string[]; more: boolean }>;
};
