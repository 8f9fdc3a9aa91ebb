import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { results } from './paths.ts';
import type { Outcome } from './race.ts';

/** What a race gave, and where and when; one file each in `results/`. */
export type Result = Outcome & {
	race: string;
	title: string;
	about: string;
	date: string;
	machine: string;
	versions: Record<string, string>;
	command: string;
	rounds: number;
	/** How many processes wanted a core just before: 0 on a machine that does nothing else. */
	load: number;
};

const fileOf = (race: string): string => join(results, `${race}.json`);

/** Replaces what is known of one race. */
export function writeResult(result: Result): void {
	mkdirSync(results, { recursive: true });
	writeFileSync(fileOf(result.race), `${JSON.stringify(result, null, '\t')}\n`);
}

export function readResult(race: string): Result | undefined {
	try {
		return JSON.parse(readFileSync(fileOf(race), 'utf8')) as Result;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

/** Why a goal was missed, by its id: written by hand in `results/reasons.json`. */
export function readReasons(): Record<string, string> {
	const path = join(results, 'reasons.json');
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}
