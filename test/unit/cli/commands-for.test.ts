import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandsFor } from '../../../cli/commands-for.ts';

const namesFor = async (...given: string[]): Promise<string[]> => {
	const program = new Command();
	for (const add of await commandsFor(given)) add(program);
	return program.commands.map(command => command.name());
};

test('a command is loaded by its name without most others, and all are loaded for the help', async () => {
	const all = await namesFor('--help');
	for (const name of all) {
		const loaded = await namesFor('--debug', name, 'frames');
		expect(loaded, name).toContain(name);
		expect(loaded.length, name).toBeLessThan(all.length);
	}
	expect(await namesFor('help', 'sample')).toEqual(all);
	expect(await namesFor('unknown')).toEqual(all);
});
