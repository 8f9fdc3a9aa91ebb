import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandsFor } from '#cli/commands-for.ts';
import { printLine } from '#cli/print-line.ts';

const text = 'only the first 20 videos were looked at; --videos, up to 1000, looks at more';
const printed = (terminal: { isTTY?: boolean; columns?: number }, message: string, label = 'note') => {
	let found = '';
	const write = (part: string) => {
		found += part;
	};
	printLine({ ...terminal, write }, label, message);
	return found;
};

test('a line that is piped stays as it is', () => {
	expect(printed({}, text.repeat(3))).toBe(`note: ${text.repeat(3)}\n`);
});

test('a long line goes on below on a terminal, indented', () => {
	expect(printed({ isTTY: true, columns: 40 }, text, '  note')).toBe(
		[
			'  note: only the first 20 videos were',
			'        looked at; --videos, up to 1000,',
			'        looks at more',
			'',
		].join('\n'),
	);
});

test('a terminal without a width has 80 columns, and an address stays whole', () => {
	const address = `https://example.org/${'x'.repeat(90)}`;
	expect(printed({ isTTY: true }, `${text} ${address}`).split('\n')).toEqual([
		'note: only the first 20 videos were looked at; --videos, up to 1000, looks at',
		'      more',
		`      ${address}`,
		'',
	]);
});

test('the help of no command has a line of more than 80 columns', async () => {
	let help = '';
	const writeOut = (part: string) => {
		help += part;
	};
	const program = new Command('framefan').configureOutput({ writeOut, getOutHelpWidth: () => 80 });
	for (const add of await commandsFor([])) add(program);
	for (const command of [program, ...program.commands]) command.outputHelp();
	expect(program.commands.length).toBeGreaterThan(10);
	// The path of the canary's video can't be broken.
	expect(help.split('\n').filter(line => line.length > 80 && line.includes(' '))).toEqual([]);
});
