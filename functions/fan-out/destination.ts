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
 * @returns the project, and whether it was created just now
 * @throws SamplingFailure when the server refuses to create the project, or all names are taken
 */
export async function chooseDestination(
	{ store, supervisely }: Pick<FanOutPorts, 'store' | 'supervisely'>,
	{ sampling, settings }: { sampling: string; settings: Settings },
	source: Project,
	wanted: { existing: Project | undefined; name: string | undefined },
): Promise<{ destination: Destination; isNew: boolean }> {
	const known = await readDocument(store, keys.destination(sampling), destinationSchema);
	if (known) return { destination: known, isNew: false };
	const { project, isNew } = wanted.existing
		? { project: wanted.existing, isNew: false }
		: await createProject(supervisely, { sampling, settings }, source, wanted.name);
	const { id, name, workspaceId } = project;
	const destination: Destination = { schema: 1, id, name, workspaceId };
	if (await store.create(keys.destination(sampling), destination)) return { destination, isNew };
	const first = (await readDocument(store, keys.destination(sampling), destinationSchema)) as Destination;
	return { destination: first, isNew: false };
}

const createProject = async (
	supervisely: SuperviselyApi,
	{ sampling, settings }: { sampling: string; settings: Settings },
	source: Project,
	wanted: string | undefined,
): Promise<{ project: Project; isNew: boolean }> => {
	const base = wanted ?? `${source.name}(images)`;
	let conflicts = 0;
	for (let tries = 0; tries < mostNames; tries++) {
		const name = tries === 0 ? base : `${base}_${String(tries).padStart(3, '0')}`;
		const [taken] = await supervisely.projectsNamed(source.workspaceId, name);
		if (taken) {
			const project = await supervisely.project(taken.id);
			if (project && madeBy(project) === sampling) return { project, isNew: false };
			continue;
		}
		const customData = { ...provenanceOf(source), framefan: { sampling, state: 'running', settings } };
		const description = `Sample project made from project #${source.id}`;
		try {
			const project = await supervisely.addProject({ name, workspaceId: source.workspaceId, description, customData });
			if (madeBy(project) !== sampling) await supervisely.setProjectData(project.id, customData);
			return { project, isNew: true };
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
