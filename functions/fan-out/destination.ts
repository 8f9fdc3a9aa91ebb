import { messageOf, PermanentError, SamplingFailure, TransientError } from '#shared/errors.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { type Destination, destinationSchema } from '#shared/sampling/outcome.ts';
import { provenanceOf } from '#shared/sampling/provenance.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { nameConflicts, type Project, type SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import type { FanOutPorts } from './ports.ts';

/** Number of names that are tried: `X`, `X_001`, `X_002` and so on. */
const mostNames = 1000;
/** How often a name may be taken by others between lookup and creation. */
const mostConflicts = 20;

/**
 * The destination project: the requested one, or a new one in the workspace of the source. A repeat finds the project
 * of the first try by the sampling id in its custom data.
 */
export async function chooseDestination(
	{ store, supervisely }: Pick<FanOutPorts, 'store' | 'supervisely'>,
	{ sampling, settings }: { sampling: string; settings: Settings },
	source: Project,
	wanted: { existing: Project | undefined; name: string | undefined },
): Promise<Destination> {
	const known = await readDocument(store, keys.destination(sampling), destinationSchema);
	if (known) return known;
	const project = wanted.existing ?? (await createProject(supervisely, { sampling, settings }, source, wanted.name));
	const { id, name, workspaceId } = project;
	await store.create(keys.destination(sampling), { schema: 1, id, name, workspaceId } satisfies Destination);
	return (await readDocument(store, keys.destination(sampling), destinationSchema)) as Destination;
}

const createProject = async (
	supervisely: SuperviselyApi,
	{ sampling, settings }: { sampling: string; settings: Settings },
	source: Project,
	wanted: string | undefined,
): Promise<Project> => {
	const base = wanted ?? `${source.name}(images)`;
	let conflicts = 0;
	for (let tries = 0; tries < mostNames; tries++) {
		const name = tries === 0 ? base : `${base}_${String(tries).padStart(3, '0')}`;
		const [taken] = await supervisely.projectsNamed(source.workspaceId, name);
		if (taken) {
			const project = await supervisely.project(taken.id);
			if (project && madeBy(project) === sampling) return project;
			continue;
		}
		const customData = { ...provenanceOf(source), framefan: { sampling, state: 'running', settings } };
		const description = `Sample project made from project #${source.id}`;
		try {
			const project = await supervisely.addProject({ name, workspaceId: source.workspaceId, description, customData });
			if (madeBy(project) !== sampling) await supervisely.setProjectData(project.id, customData);
			return project;
		} catch (error) {
			// The name was taken between lookup and creation.
			if (!nameConflicts(error)) throw error instanceof PermanentError ? new SamplingFailure(error.message) : error;
			if (++conflicts > mostConflicts) throw new TransientError(messageOf(error), null);
			tries--;
		}
	}
	throw new SamplingFailure(
		`The workspace has ${mostNames} projects named like ${JSON.stringify(base)}: choose another name`,
	);
};

const madeBy = (project: Project): unknown =>
	(project.customData?.framefan as { sampling?: unknown } | undefined)?.sampling;
