import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import type { SuperviselyApi } from '#shared/supervisely/api.ts';
import { openDestination } from '../../../functions/fan-out/open-project.ts';
import type { FanOutPorts } from '../../../functions/fan-out/ports.ts';

const destination = 9;
const tick = () => new Promise(resolve => setTimeout(resolve, 20));

test('two samplings that begin at the same time leave the classes of both in the project they share', async () => {
	let meta: unknown = { classes: [], tags: [] };
	const api: Partial<SuperviselyApi> = {
		server: 'http://server',
		project: async id => ({ id, name: `p${id}`, workspaceId: 1, type: id === destination ? 'images' : 'videos' }),
		projectMeta: async id => {
			await tick();
			return id === destination
				? meta
				: { classes: [{ title: `class of ${id}`, shape: 'rectangle', color: '#112233' }], tags: [] };
		},
		setProjectMeta: async (_, wanted) => {
			await tick();
			meta = wanted;
			return undefined;
		},
	};
	const ports = { store: makeMemoryStore(), supervisely: api as SuperviselyApi, leaseMs: 5000 } as FanOutPorts;
	const open = (source: number) =>
		openDestination(
			ports,
			{ sampling: `of-${source}`, attempt: 1 },
			{ source: { projectId: source, includeNested: false }, destination: { projectId: destination } },
		);
	await Promise.all([open(1), open(2), open(3)]);
	const titles = (meta as { classes: { title: string }[] }).classes.map(({ title }) => title);
	expect(titles.sort()).toEqual(['class of 1', 'class of 2', 'class of 3']);
});
