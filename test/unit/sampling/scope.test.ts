import { expect, test } from 'vitest';
import { resolveScope } from '#shared/sampling/scope.ts';

test('ids of a request that the server never answers do not hold up the next request', async () => {
	const source = { projectId: 5, includeNested: false, videoIds: Array.from({ length: 100 }, (_, n) => n + 1) };
	const silent = () => new Promise<never>(() => {});
	void resolveScope({ dataset: silent, video: silent }, source);
	const dataset = { id: 7, name: 'd', projectId: 5 };
	const api = {
		dataset: async () => dataset,
		video: async (id: number) => ({ id, name: `${id}`, projectId: 5, datasetId: dataset.id }),
	};
	expect(await resolveScope(api, source)).toEqual(new Map([[7, { take: source.videoIds, nested: false }]]));
});
