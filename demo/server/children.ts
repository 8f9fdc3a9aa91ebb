type Child = { id: number; name: string; parentId?: number | null };

/** Which children a parent has, in order of id, and which names they take. */
export class Children {
	readonly #ids = new Map<number, Set<number>>();
	readonly #byName = new Map<string, number>();

	/** Adds a child, or another name of a known one. */
	add(parent: number, child: Child): void {
		let ids = this.#ids.get(parent);
		if (!ids) {
			ids = new Set();
			this.#ids.set(parent, ids);
		}
		ids.add(child.id);
		this.#byName.set(nameKey(parent, child.parentId ?? null, child.name), child.id);
	}

	remove(parent: number, child: Child): void {
		this.#ids.get(parent)?.delete(child.id);
		const key = nameKey(parent, child.parentId ?? null, child.name);
		if (this.#byName.get(key) === child.id) this.#byName.delete(key);
	}

	/** Ids of a parent's children, ascending. */
	ids(parent: number): Iterable<number> {
		return this.#ids.get(parent) ?? [];
	}

	count(parent: number): number {
		return this.#ids.get(parent)?.size ?? 0;
	}

	/** Id of the child with a name, if any. @param within parent dataset of a dataset; null: directly in the project */
	named(parent: number, name: string, within: number | null = null): number | undefined {
		return this.#byName.get(nameKey(parent, within, name));
	}
}

const nameKey = (parent: number, within: number | null, name: string): string => `${parent}/${within ?? ''}/${name}`;
