import { expect, test } from 'vitest';
import { until } from '#test/framefan-command.ts';
import { openWorkbench } from '#test/workbench.ts';

test('the schedule starts it at its time in its time zone, under the rights of its role', async () => {
	// Long enough for the stack to have started.
	const soon = new Date(Date.now() + 20_000);
	const inBerlin = soon.toLocaleString('sv-SE', { timeZone: 'Europe/Berlin' }).replace(' ', 'T');
	const scheduled = await openWorkbench(source => ({
		StandingSampling: JSON.stringify({ source: { projectId: source }, settings: { step: 30 } }),
		...{ ScheduleExpression: `at(${inBerlin})`, ScheduleTimeZone: 'Europe/Berlin', ScheduleState: 'ENABLED' },
	}));
	try {
		await until(async () => (await scheduled.api.list({ limit: 1 })).samplings.length > 0, 60, 'it was started');
		const { samplings } = await scheduled.api.list({ limit: 2 });
		expect(samplings).toHaveLength(1);
		expect(Math.abs(Date.parse(samplings[0]?.createdAt as string) - soon.getTime())).toBeLessThan(15_000);
		expect(await scheduled.ended(samplings[0]?.id as string)).toMatchObject({ state: 'completed' });
	} finally {
		await scheduled.close();
	}
}, 200_000);
