import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const claimSchema = z.object({ address: z.url(), nonce: z.uuid() });

/** The mark on a data folder that says who serves it: two servers writing one journal would destroy it. */
export class Claim {
	/** What the server of this folder answers when asked who it is. */
	readonly nonce = randomUUID();
	readonly #file: string;

	constructor(dataDir: string) {
		this.#file = join(dataDir, 'served-at.json');
	}

	/** @throws Error when a server that is alive has the folder. A dead one's mark does not count. */
	async refuseTaken(): Promise<void> {
		let claim: z.infer<typeof claimSchema>;
		try {
			claim = claimSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
		} catch {
			return;
		}
		const answer = await fetch(`${claim.address}/framefan/nonce`, { signal: AbortSignal.timeout(1000) })
			.then(response => response.text())
			.catch(() => '');
		if (answer.includes(claim.nonce)) throw new Error(`The data folder is already being served at ${claim.address}`);
	}

	/** Marks the folder. */
	take(address: string): void {
		writeFileSync(this.#file, JSON.stringify({ address, nonce: this.nonce }));
	}

	release(): void {
		rmSync(this.#file, { force: true });
	}
}
