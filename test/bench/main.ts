// npm run bench [-- --quick] [-- --only <race>[,<race>]] [-- --rounds <n>] [-- --report]
//
// Runs the races, keeps what each gave in `results/`, and writes docs/performance.md from all that is kept. `--quick` runs a
// part with few frames, keeps nothing and asserts no time; `--report` runs nothing and writes the page anew.
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, versions } from './machine.ts';
import { isMet } from './measure/compare.ts';
import { root } from './paths.ts';
import { races } from './races.ts';
import { printHeat, printTable } from './report/print.ts';
import { writeReport } from './report/write-report.ts';
import { writeResult } from './results.ts';

const { values } = parseArgs({
	options: {
		quick: { type: 'boolean', default: false },
		only: { type: 'string' },
		rounds: { type: 'string' },
		report: { type: 'boolean', default: false },
	},
});
const { quick } = values;
const rounds = Number(values.rounds ?? (quick ? 1 : 5));
const ids = values.only?.split(',');
const unknown = ids?.filter(id => !races.some(race => race.id === id)) ?? [];
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
	console.error(`--only takes ${races.map(({ id }) => id).join(', ')}; --rounds a whole number from 1`);
	process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
let missing = 0;
if (!values.report) {
	// What programs import, as it is now.
	execFileSync(process.execPath, [join(root, 'library/build.mjs')], { stdio: 'inherit' });
	for (const race of races.filter(({ id, inQuick }) => (ids ? ids.includes(id) : inQuick || !quick))) {
		console.log(`\n${race.title}`);
		const [start, load] = [performance.now(), Math.round((loadavg()[0] ?? 0) * 10) / 10];
		const outcome = await race.run({ rounds, quick });
		for (const heat of outcome.heats) printHeat(heat);
		for (const table of outcome.tables ?? []) printTable(table);
		for (const goal of outcome.goals) {
			console.log(
				`  ${goal.text}: ${goal.measured?.toFixed(2) ?? 'not measured'} ${goal.unit} ${isMet(goal) ? '✓' : '✗'}`,
			);
		}
		console.log(`  ${Math.round((performance.now() - start) / 1000)} s`);
		// Whoever takes part must bring what it is asked for; who can't be had is only told.
		missing += outcome.heats.flatMap(({ rows }) => rows).filter(row => row.isOwn && row.samples.length < rounds).length;
		if (quick) continue;
		const { id, title, about, environments } = race;
		const command = `npm run bench -- --only ${id}`;
		const date = new Date().toISOString().slice(0, 10);
		const where = { date, machine: machine(), versions: await versions(environments) };
		writeResult({ race: id, title, about, ...where, command, rounds, load, ...outcome });
		writeReport();
	}
}
if (!quick) {
	writeReport();
	execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', join(import.meta.dirname, 'results')]);
}
process.exit(missing > 0 ? 1 : 0);
