import { workOf } from '../measure/compare.ts';
import { spreadOf } from '../measure/statistics.ts';
import type { Heat } from '../race.ts';
import { short } from './columns.ts';
import { colours, line, round, svg, text } from './svg.ts';

const width = 760;
const left = 250;
const barHeight = 16;
const rowHeight = 24;
const headHeight = 40;

/** Milliseconds a frame of everyone in some heats, with the range from the fastest to the slowest round. */
export function barChart(title: string, heats: Heat[]): string {
	const parts: string[] = [];
	let y = 0;
	for (const { name, frames, rows } of heats) {
		const measured = rows.filter(row => row.samples.length > 0);
		const spreads = measured.map(row => spreadOf(workOf(row).map(ms => ms / frames)));
		const most = Math.max(...spreads.map(spread => spread.most));
		const scale = (value: number) => left + (value / most) * (width - left - 80);
		parts.push(text(0, y + 22, `${name}: ms a frame`, 'font-weight="600"'));
		y += headHeight;
		for (const [i, { name, isOwn }] of measured.entries()) {
			const { median, least, most } = spreads[i] as (typeof spreads)[number];
			const middle = y + barHeight / 2;
			const colour = isOwn ? colours.own : colours.peer;
			const end = scale(median);
			parts.push(text(left - 10, middle + 4.5, name, 'text-anchor="end"'));
			parts.push(
				`<rect x="${left}" y="${y}" width="${round(Math.max(1, end - left))}" height="${barHeight}" rx="2" fill="${colour}"/>`,
			);
			parts.push(line(scale(least), middle, scale(most), middle, colours.text, 2));
			parts.push(text(Math.max(end, scale(most)) + 8, middle + 4.5, short(median)));
			y += rowHeight;
		}
		y += 8;
	}
	return svg(width, y, title, parts);
}
