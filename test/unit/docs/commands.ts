import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { repository } from './pages.ts';

/** The commands of `framefan` with their options, as the program itself puts them together. */
export async function commands(): Promise<readonly Command[]> {
	const main = readFileSync(join(repository, 'cli/main.ts'), 'utf8');
	const program = new Command('framefan');
	for (const [, add = '', file = ''] of main.matchAll(/^import \{ (add\w+) \} from '(\.\/commands\/[^']+)';$/gm)) {
		const module = (await import(join(repository, 'cli', file))) as Record<string, (program: Command) => void>;
		module[add]?.(program);
	}
	return program.commands;
}
