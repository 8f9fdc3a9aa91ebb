import { valuesOf, workOf } from '../measure/compare.ts';
import type { Row } from '../measure/in-turn.ts';
import { ratioOf, type Spread, spreadOf } from '../measure/statistics.ts';
import type { Heat } from '../race.ts';

/** A heat as a table of text, a line for each contestant; columns that nobody has are left out. */
export function heatTable(heat: Heat): { columns: string[]; rows: string[][] } {
	const reference = heat.rows.findLast(row => row.isOwn && row.samples.length > 0);
	const all = columnsOf(heat, reference);
	const rows = heat.rows.map(row => all.map(({ cell }) => (row.samples.length ? cell(row) : '')));
	const used = all.map((_, i) => rows.some(row => row[i] !== ''));
	const isUsed = (_: unknown, i: number) => used[i];
	return {
		columns: ['', ...all.map(({ title }) => title).filter(isUsed)],
		rows: heat.rows.map((row, i) => [
			row.isOwn ? `**${row.name}**` : row.name,
			...(rows[i] as string[])
				.filter(isUsed)
				.map((cell, at) => (at === 0 && row.missing ? `${cell} ${firstSentence(row.missing)}`.trim() : cell)),
		]),
	};
}

type Column = { title: string; cell(row: Row): string };

function columnsOf({ frames }: Heat, reference: Row | undefined): Column[] {
	const one = frames === 1;
	const ifAny = (values: number[], text: (spread: Spread) => string) => (values.length ? text(spreadOf(values)) : '');
	const each = (quantity: 'cpuMs' | 'serverCpuMs', divisor: number) => (row: Row) =>
		ifAny(valuesOf(row, quantity), ({ median }) => short(median / divisor));
	return [
		{ title: one ? 'ms' : 'wall s', cell: row => ifAny(valuesOf(row, 'wallMs'), scaled(one ? 1 : 1000)) },
		{ title: 'work s', cell: row => ifAny(valuesOf(row, 'workMs'), scaled(1000)) },
		{
			title: 'frames/s',
			cell: row => (one ? '' : ifAny(workOf(row), ({ median }) => short((frames * 1000) / median))),
		},
		{
			title: reference ? `time / ${reference.name}'s` : '',
			cell: row => {
				if (!reference || row === reference) return '';
				const { median, least, most } = ratioOf(workOf(row), workOf(reference));
				return `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
			},
		},
		{ title: 'CPU ms a frame', cell: each('cpuMs', frames) },
		{ title: 'server CPU ms a frame', cell: each('serverCpuMs', frames) },
		{ title: 'peak MiB', cell: row => ifAny(valuesOf(row, 'peakMiB'), ({ median }) => String(Math.round(median))) },
		{
			title: 'KiB a frame',
			cell: row => ifAny(valuesOf(row, 'bytesWritten'), ({ median }) => short(median / frames / 1024)),
		},
		{ title: 'MiB read', cell: row => ifAny(valuesOf(row, 'bytesRead'), ({ median }) => short(median / 2 ** 20)) },
	];
}

const scaled =
	(divisor: number) =>
	({ median, least, most }: Spread): string =>
		`${short(median / divisor)} (${short(least / divisor)}–${short(most / divisor)})`;

/** Three digits. */
export function short(value: number): string {
	return value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}

const firstSentence = (text: string): string => `not run: ${text.split('\n')[0]?.slice(0, 100)}`;
