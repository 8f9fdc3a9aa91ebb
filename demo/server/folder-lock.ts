import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

const lockSchema = z.object({ address: z.url(), nonce: z.uuid() });

/** Locks a data folder for one server: two servers writing the same journal would destroy it. */
export class FolderLock {
	/** Identifies the running server of this folder. */
	readonly nonce = randomUUID();
	readonly #file: string;

	constructor(dataDir: string) {
		this.#file = join(dataDir, 'served-at.json');
	}

	/** @throws Error when a running server has the folder. A stale lock is ignored. */
	async throwIfHeld(): Promise<void> {
		let held: z.infer<typeof lockSchema>;
		try {
			held = lockSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
		} catch {
			return;
		}
		const answer = await fetch(`${held.address}/framefan/nonce`, { signal: AbortSignal.timeout(1000) })
			.then(response => response.text())
			.catch(() => '');
		if (answer.includes(held.nonce)) throw new Error(`The data folder is already being served at ${held.address}`);
	}

	/** Writes the lock. */
	take(address: string): void {
		writeFileSync(this.#file, JSON.stringify({ address, nonce: this.nonce }));
	}

	release(): void {
		rmSync(this.#file, { force: true });
	}
}
