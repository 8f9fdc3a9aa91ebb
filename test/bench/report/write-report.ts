import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prices } from '../../../functions/shared/estimate/prices.ts';
import { isMet } from '../measure/compare.ts';
import { root } from '../paths.ts';
import type { Goal, Heat, Table } from '../race.ts';
import { races } from '../races.ts';
import { type Result, readReasons, readResult } from '../results.ts';
import { barChart } from './bar-chart.ts';
import { heatTable } from './columns.ts';
import { costTable } from './cost-table.ts';
import { lineChart } from './line-chart.ts';

const docs = join(root, 'docs');

/** Writes docs/performance.md and its charts from the results that are kept. */
export function writeReport(): void {
	mkdirSync(docs, { recursive: true });
	const results = races.flatMap(({ id }) => readResult(id) ?? []);
	const page = [...introduction(results), ...goalsPart(results), ...results.flatMap(racePart), ...pricesPart];
	writeFileSync(join(docs, 'performance.md'), `${page.join('\n')}\n`);
}

function introduction(results: Result[]): string[] {
	return [
		'# Performance',
		'',
		'Written by `npm run bench` from `test/bench/results`: do not edit it here. `npm run bench -- --only <race>` runs one race',
		'and replaces its part; `-- --quick` runs a part with few frames and keeps nothing; `-- --report` only writes this page.',
		"Peers are installed from PyPI and npm into the cache folder; a peer that can't be had is told, and the race goes on.",
		'',
		'- Contestants run by turns, A B C A B C …, each in a fresh process. A figure is the median, with the smallest and',
		'  largest in brackets. A ratio is that of two medians, with the smallest and largest from round to round. Compare',
		'  numbers within one table only: the same command may take half as long again a minute later. Where files are written, a',
		'  peer that took three times as long as the fastest other peer in its first round has two rounds.',
		'- **wall** is the whole process, with its start; **work** is what a contestant says its work took, without the start of an',
		'  interpreter and its imports. Frames a second and ratios of times are of the work where it is told.',
		'- **CPU** is user and system time of the whole tree of processes: what `time` of bash tells (`getrusage` of the children),',
		'  or what was seen in /proc five times a second, whichever is more. **peak** is the most resident memory of the tree that',
		'  was seen; pages that processes share count twice.',
		'',
		`Races: ${results.map(({ race, title }) => `[${title}](#${anchor(title)}) (\`${race}\`)`).join(', ')}.`,
		'',
	];
}

function goalsPart(results: Result[]): string[] {
	const reasons = readReasons();
	const rows = results.flatMap(({ race, goals }) =>
		goals.map(goal => {
			const met = isMet(goal);
			const answer = met === undefined ? 'not measured' : met ? 'yes' : '**no**';
			return [race, goal.text, wanted(goal), measured(goal), answer, met === true ? '' : (reasons[goal.id] ?? '')];
		}),
	);
	return ['## Goals', '', ...table(['race', 'goal', 'wanted', 'measured', 'met?', 'why not'], rows), ''];
}

const wanted = ({ least, most, unit }: Goal): string =>
	[...(least === undefined ? [] : [`≥ ${least}`]), ...(most === undefined ? [] : [`≤ ${most}`])].join(', ') +
	(unit === '×' ? '' : ` ${unit}`);

function measured({ measured, range, unit }: Goal): string {
	if (measured === null) return '';
	const spread = range ? ` (${range.map(value => value.toFixed(2)).join('–')})` : '';
	return `${measured.toFixed(2)}${spread}${unit === '×' ? '' : ` ${unit}`}`;
}

function racePart(result: Result): string[] {
	const { title, about, heats, tables = [], notes = [] } = result;
	const versions = Object.entries(result.versions).filter(([, version]) => version !== '');
	const costs = result.race === 'formats' ? [costTable(result)] : [];
	return [
		`## ${title}`,
		'',
		about,
		'',
		`${result.date}, ${result.rounds} rounds, load ${result.load} before: ${result.machine}. ${versions.map(each => each.join(' ')).join(', ')}.`,
		'',
		'```sh',
		result.command,
		'```',
		'',
		...chart(result),
		...heats.flatMap(heatPart),
		...[...tables, ...costs].flatMap((each, i) => tablePart(each, `${result.race}-${i + 1}`)),
		...notes.flatMap(note => [note, '']),
		...commands(heats),
	];
}

function chart({ race, title, heats }: Result): string[] {
	const shown = heats.filter(({ rows }) => rows.some(({ samples }) => samples.length > 0));
	if (shown.length === 0 || race === 'scale') return [];
	const file = `performance-${race}.svg`;
	writeFileSync(join(docs, file), barChart(title, shown.slice(0, 4)));
	return [`![${title}: milliseconds a frame](${file})`, ''];
}

function heatPart(heat: Heat): string[] {
	const { columns, rows } = heatTable(heat);
	const origin = heat.origin ? [`Clip: ${heat.origin}.`, ''] : [];
	return [`**${heat.name}**`, '', ...origin, ...table(columns, rows), ''];
}

function tablePart({ name, columns, rows, chart }: Table, id: string): string[] {
	const picture = [];
	if (chart) {
		const file = `performance-${id}.svg`;
		writeFileSync(join(docs, file), lineChart(chart));
		picture.push(`![${chart.title}: ${chart.yLabel} by ${chart.xLabel}](${file})`, '');
	}
	return [`**${name}**`, '', ...picture, ...table(columns, rows), ''];
}

/** What each contestant ran, once. */
function commands(heats: Heat[]): string[] {
	const all = new Map(heats.flatMap(({ rows }) => rows.map(({ name, command }) => [name, command] as const)));
	if (all.size === 0) return [];
	const lines = [...all].map(([name, command]) => `- ${name}: \`${command}\``);
	return ['<details><summary>Commands</summary>', '', ...lines, '', '</details>', ''];
}

const pricesPart = [
	'## Prices',
	'',
	`List prices of ${prices.region}, ${prices.asOf}, before free tiers: $${prices.lambdaGiBSecond} a GiB-second and $0.20 a million`,
	`requests of Lambda (x86_64), $0.40 a million requests of SQS, $5 a million writes and $0.40 a million reads of S3, $${prices.gigabyteOut} a`,
	'gigabyte to the internet, which is not paid for where the server is in the same region.',
];

function table(columns: string[], rows: (string | number)[][]): string[] {
	const line = (cells: (string | number)[]) =>
		`| ${cells.map(cell => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(columns), line(columns.map(() => '---')), ...rows.map(line)];
}

const anchor = (title: string): string =>
	title
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s-]/gu, '')
		.trim()
		.replaceAll(' ', '-');
