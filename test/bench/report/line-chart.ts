import type { LineChart } from '../race.ts';
import { colours, line, lineColours, round, svg, text } from './svg.ts';

const [width, height] = [760, 380];
const plot = { left: 70, right: 560, top: 40, bottom: 330 };

/** Lines over two axes that both grow by factors. */
export function lineChart({ title, xLabel, yLabel, lines }: LineChart): string {
	const points = lines.flatMap(each => each.points);
	const x = axis(points.map(([at]) => at));
	const y = axis(points.map(([, value]) => value));
	const toX = (value: number) => plot.left + x.share(value) * (plot.right - plot.left);
	const toY = (value: number) => plot.bottom - y.share(value) * (plot.bottom - plot.top);
	const parts = [text(0, 18, title, 'font-weight="600"')];
	for (const tick of y.ticks) {
		parts.push(line(plot.left, toY(tick), plot.right, toY(tick), colours.grid));
		parts.push(text(plot.left - 8, toY(tick) + 4.5, tick.toLocaleString('en'), 'text-anchor="end"'));
	}
	for (const tick of x.ticks) {
		parts.push(line(toX(tick), plot.top, toX(tick), plot.bottom, colours.grid));
		parts.push(text(toX(tick), plot.bottom + 20, tick.toLocaleString('en'), 'text-anchor="middle"'));
	}
	parts.push(text((plot.left + plot.right) / 2, plot.bottom + 42, xLabel, 'text-anchor="middle"'));
	parts.push(text(plot.left, plot.top - 8, yLabel, 'text-anchor="end"'));
	for (const [i, { name, points }] of lines.entries()) {
		const colour = lineColours[i % lineColours.length] as string;
		const way = points.map(([at, value]) => `${round(toX(at))},${round(toY(value))}`).join(' ');
		parts.push(`<polyline points="${way}" fill="none" stroke="${colour}" stroke-width="2.5"/>`);
		for (const [at, value] of points) {
			parts.push(`<circle cx="${round(toX(at))}" cy="${round(toY(value))}" r="3.5" fill="${colour}"/>`);
		}
		const legend = plot.top + 12 + i * 24;
		parts.push(line(plot.right + 16, legend, plot.right + 40, legend, colour, 3));
		parts.push(text(plot.right + 48, legend + 4.5, name));
	}
	return svg(width, height, title, parts);
}

/** Powers of ten around some values, and where a value lies between the first and the last of them. */
function axis(values: number[]): { ticks: number[]; share(value: number): number } {
	const least = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
	const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
	const ticks = Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i));
	return { ticks, share: value => (Math.log10(value) - least) / (most - least) };
}
