import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { judge, makeMutant } from '#test/mutants.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-mutants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `MUTANTS=2000 MUTANTS_FROM=1000` tries others, and more. */
const first = Number(process.env.MUTANTS_FROM ?? 0);
const count = Number(process.env.MUTANTS ?? 280);
const parts = 14;

test.each(Array.from({ length: parts }, (_, part) => part))(
	`no mutant shows a wrong picture without a fault (part %i of ${parts})`,
	async part => {
		const seeds = Array.from({ length: count }, (_, n) => first + n).filter(seed => seed % parts === part);
		const wrong: string[] = [];
		let sound = 0;
		for (const seed of seeds) {
			const { name, base, bytes } = await makeMutant(seed);
			const path = join(folder, `mutant-${part}`);
			writeFileSync(path, bytes);
			const verdict = await judge(path, base, seed, AbortSignal.timeout(30_000)).catch(error => {
				throw new Error(`${name}: ${error}`, { cause: error });
			});
			sound += verdict.frames - verdict.wrong.length;
			if (verdict.wrong.length > 0) wrong.push(`${name}: frame ${verdict.wrong[0]} (${verdict.wrong.length})`);
		}
		expect(wrong).toEqual([]);
		// The mutants are still videos, most of them: else nothing was tried.
		expect(sound).toBeGreaterThan(seeds.length);
	},
	Math.max(60_000, count * 1500),
);
