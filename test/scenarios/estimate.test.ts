import { afterAll, beforeAll, expect, test } from 'vitest';
import { at } from '#shared/at.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import type { Workbench } from '#test/workbench.ts';
import type { Estimate } from '../../functions/api/schemas.ts';

let bench: Workbench;
let env: Record<string, string>;
beforeAll(async () => {
	({ bench, env } = await openDeployment());
});
afterAll(() => bench.close());

const sampled = async (name: string, settings: SettingsInput): Promise<number> => {
	const source = { projectId: bench.source };
	const { id } = await bench.api.start({ source, destination: { name }, settings });
	const { state, framesPlanned } = await bench.ended(id);
	expect(state).toBe('completed');
	return framesPlanned;
};
const estimated = (settings: SettingsInput): Promise<Estimate> =>
	bench.api.estimate({ source: { projectId: bench.source }, settings });

const select = [
	{ every: '700ms' },
	{ count: 4 },
	{ keyFrames: true as const },
	{ annotated: { classes: ['car'] } },
	{ annotated: { perClass: 3 } },
	{ annotated: { tags: ['speed'] } },
	{ figureChanges: true as const },
];

test('what an estimate calls exact is what a sampling takes, rule by rule and together', async () => {
	const first = await estimated({ select });
	expect(first.accuracy).toBe('atMost');
	expect(first.rules.map(({ accuracy }) => accuracy)).toEqual([
		...['about', 'about', 'atMost', 'about', 'about', 'about', 'about'],
	]);
	expect(first.notes).toEqual([expect.stringContaining('2 of 2 videos have no stored index yet')]);
	await sampled('first', { end: 1 });

	const known = await estimated({ select });
	expect(known.notes).toEqual([]);
	expect(known).toMatchObject({ accuracy: 'exact', needs: [], complete: true });
	expect(known.frames).toBe(await sampled('all rules', { select }));
	for (const [n, rule] of select.entries()) {
		expect(known.rules[n]).toMatchObject({ text: JSON.stringify(rule), accuracy: 'exact', needs: [] });
	}
	// Of the others test/unit/select has the proof.
	for (const n of [0, 2, 4]) {
		const rule = at(select, n);
		expect(known.rules[n]?.frames, JSON.stringify(rule)).toBe(await sampled(`rule ${n}`, { select: [rule] }));
	}

	const settings = {
		select: select.filter(rule => !('count' in rule)),
		start: 2,
		step: 2,
		minDistance: '300ms',
		around: 1,
	};
	const after = await estimated(settings);
	expect(after.accuracy).toBe('exact');
	expect(after.frames).toBe(await sampled('what follows', settings));
});

test('what pictures decide is a bound, in the answer and in the command', async () => {
	await sampled('indexed', { end: 1 });
	const settings = { select: [{ count: 4 }, { scenes: { perScene: 2 } }] };
	const found = await estimated(settings);
	expect(found.rules).toMatchObject([
		{ rule: 'count', frames: 8, accuracy: 'exact', needs: [] },
		{ rule: 'scenes', frames: 60, accuracy: 'atMost', needs: ['pixels'] },
	]);
	expect(found).toMatchObject({ frames: 60, accuracy: 'atMost', needs: ['pixels'] });
	expect(await sampled('scenes', settings)).toBeLessThanOrEqual(60);
	const sharp = await estimated({ step: 10, frameQuality: { minSharpness: 1 } });
	expect(sharp).toMatchObject({ frames: 6, accuracy: 'atMost', needs: ['pixels'], rules: [] });

	const asked = ['--api', bench.stack.httpUrl, '--project', String(bench.source), '--count', '4', '--scenes', '2'];
	const { stdout, code } = await runFramefan(['estimate', ...asked], env);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^ +frames +≤ 60 in \d+ chunks \(at most: needs pixels\)$/m);
	expect(stdout).toMatch(/^ +\{"count":4\} +8$/m);
	expect(stdout).toMatch(/^ +\{"scenes":\{"perScene":2\}\} +≤ 60 \(at most: needs pixels\)$/m);
	expect(stdout.split('\n').filter(line => [...line].length > 80)).toEqual([]);
	const json = await runFramefan(['estimate', ...asked, '--json'], env);
	expect(lastJson(json.stdout)).toMatchObject({ frames: 60, accuracy: 'atMost' });
});
