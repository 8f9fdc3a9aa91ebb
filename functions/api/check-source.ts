import type { SamplingRequest } from '#shared/sampling/request.ts';
import { resolveScope, type Scope } from '#shared/sampling/scope.ts';
import { namesLabels, unknownName } from '#shared/sampling/select/known-names.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import { ApiError } from './api-error.ts';
import { before } from './before.ts';
import type { ApiPorts } from './ports.ts';

/**
 * Looks up the source of a request.
 * @param time.deadline in epoch milliseconds; `budgetMs` (the whole time up to it) and `verb` are for error messages
 * @returns the selected part of the source; undefined: all of it
 * @throws ApiError 422 with the path of the wrong field, 504 when the server does not answer in time;
 * SamplingFailure for a dataset or video that isn't part of the project
 */
export async function checkSource(
	supervisely: ApiPorts['supervisely'],
	{ source, settings }: Pick<SamplingRequest, 'source' | 'settings'>,
	{ deadline, budgetMs, verb }: { deadline: number; budgetMs: number; verb: 'estimate' | 'preview' },
): Promise<Scope | undefined> {
	const project = await before(deadline, supervisely.project(source.projectId), () => {
		throw new ApiError(504, `${supervisely.server} did not answer within ${budgetMs / 1000} s: try again later`);
	});
	if (project?.type !== 'videos') {
		const what = project ? `has type ${project.type}, not videos` : `is not on ${supervisely.server}`;
		throw new ApiError(
			422,
			`Project ${source.projectId} ${what}: check the id and the token's rights`,
			'source.projectId',
		);
	}
	if (namesLabels(settings)) {
		const asked = supervisely.projectMeta(source.projectId);
		const found = await before(deadline, asked, () => {
			throw new ApiError(504, `${supervisely.server} did not answer within ${budgetMs / 1000} s: try again later`);
		});
		const unknown = unknownName(settings, parseProjectMeta(found, source.projectId), source.projectId);
		if (unknown) throw new ApiError(422, unknown, 'settings.select');
	}
	return before(deadline, resolveScope(supervisely, source), () => {
		const count = (source.datasetIds?.length ?? 0) + (source.videoIds?.length ?? 0);
		throw new ApiError(
			422,
			`${count} datasets and videos could not be looked up within ${budgetMs / 1000} s: ${verb} fewer at a time, or the whole project`,
			source.videoIds ? 'source.videoIds' : 'source.datasetIds',
		);
	});
}
