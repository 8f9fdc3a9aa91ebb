import type { Heat, Table } from '../race.ts';
import { heatTable } from './columns.ts';

export function printHeat(heat: Heat): void {
	console.log(`\n  ${heat.name}`);
	print(heatTable(heat));
}

export function printTable(table: Table): void {
	console.log(`\n  ${table.name}`);
	print(table);
}

function print({ columns, rows }: { columns: string[]; rows: (string | number)[][] }): void {
	const lines = [columns, ...rows].map(line => line.map(cell => String(cell).replaceAll('**', '')));
	const widths = columns.map((_, i) => Math.max(...lines.map(line => line[i]?.length ?? 0)));
	for (const line of lines)
		console.log(
			`  ${line
				.map((cell, i) => cell.padEnd(widths[i] ?? 0))
				.join('  ')
				.trimEnd()}`,
		);
}
