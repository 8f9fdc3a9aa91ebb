import { Command } from 'commander';
import { commandsFor } from '../../../cli/commands-for.ts';

/** The commands of `framefan` with their options, as the program itself puts them together. */
export async function commands(): Promise<readonly Command[]> {
	const program = new Command();
	for (const add of await commandsFor([])) add(program);
	return program.commands;
}
