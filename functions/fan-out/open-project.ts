import { leasePatienceMs, underLease } from '#shared/aws/lease.ts';
import { begin } from '#shared/begin.ts';
import { SamplingFailure } from '#shared/errors.ts';
import { hasEnded } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { recountMessage } from '#shared/sampling/messages.ts';
import { nodeIds } from '#shared/sampling/node.ts';
import { writeOpen } from '#shared/sampling/open.ts';
import type { SamplingRequest } from '#shared/sampling/request.ts';
import { readScope, resolveScope, writeScope } from '#shared/sampling/scope.ts';
import { unknownName } from '#shared/sampling/select/known-names.ts';
import { tagsWrittenBy } from '#shared/sampling/split-tag.ts';
import { mergeMeta } from '#shared/supervisely/meta/merge-meta.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import { firstPage, type Project } from '#shared/supervisely/remote/api.ts';
import { chooseDestination } from './destination.ts';
import { enqueueChildren } from './enqueue-children.ts';
import { keepOneFormat } from './one-format.ts';
import type { FanOutPorts } from './ports.ts';
import { childDatasets, pagesAfterFirst } from './walk-dataset.ts';

/**
 * Handles the first message: checks source and destination, merges the meta, creates the destination, and enqueues the
 * datasets. All checks come before anything is created.
 */
export async function openProject(ports: FanOutPorts, at: Attempt, request: SamplingRequest): Promise<void> {
	const { supervisely, store } = ports;
	const listed = begin(() => supervisely.datasets(request.source.projectId, null, firstPage));
	await openDestination(ports, at, request);
	if (await hasEnded(store, at)) {
		// Cancelled before the destination was known: the recount records the end in the destination.
		await writeOpen(store, at);
		return ports.sendRecount([recountMessage(at, nodeIds.project)]);
	}
	const scope = await readScope(store, at.sampling);
	const listing = await listed;
	const nested = scope === undefined;
	const children = childDatasets(listing.entities, { ...at, node: nodeIds.project, scope, nested, depth: 0 }, null);
	const pages = pagesAfterFirst(listing, at, {
		parent: nodeIds.project,
		of: 'datasets',
		dataset: null,
		mirror: null,
		take: 'none',
		nested,
		depth: 0,
	});
	await enqueueChildren(ports, at, { id: nodeIds.project, parent: null }, [...children, ...pages]);
}

/** Checks source and destination, creates the destination if needed, merges the meta, and stores the scope. */
export async function openDestination(
	ports: FanOutPorts,
	{ sampling }: Attempt,
	request: Pick<SamplingRequest, 'source' | 'destination' | 'settings'>,
): Promise<void> {
	const { supervisely } = ports;
	const { settings } = request;
	const { projectId: sourceId } = request.source;
	const { projectId: existingId } = request.destination;
	// All requests are sent at once; errors are thrown in this order.
	const asked = {
		source: begin(() => needProject(ports, sourceId, 'source', 'videos')),
		existing: begin(async () =>
			existingId === undefined ? undefined : needProject(ports, existingId, 'destination', 'images'),
		),
		scope: begin(() => resolveScope(supervisely, request.source)),
		sourceMeta: begin(() => supervisely.projectMeta(sourceId)),
		existingMeta: begin(async () => (existingId === undefined ? undefined : supervisely.projectMeta(existingId))),
	};
	const source = await asked.source;
	const existing = await asked.existing;
	const scope = await asked.scope;
	const sourceMeta = parseProjectMeta(await asked.sourceMeta, sourceId);
	const unknown = unknownName(settings, sourceMeta, sourceId);
	if (unknown) throw new SamplingFailure(unknown);
	const existingMeta = existing ? parseProjectMeta(await asked.existingMeta, existing.id) : noMeta;
	const written = tagsWrittenBy(settings);
	mergeMeta(sourceMeta, existingMeta, written);

	if (existing) await keepOneFormat(ports, existing, { sampling, settings });

	const wanted = { existing, name: request.destination.name };
	const { destination, isNew } = await chooseDestination(ports, { sampling, settings }, source, wanted);
	// Of two samplings into one project, each must see what the other has added.
	const lease = { ms: ports.leaseMs, patienceMs: leasePatienceMs };
	await underLease(ports.store, keys.projectLease(destination.id), lease, async () => {
		// A project that was created just now has no classes and tags.
		const destinationMeta = isNew
			? noMeta
			: parseProjectMeta(await supervisely.projectMeta(destination.id), destination.id);
		const merged = mergeMeta(sourceMeta, destinationMeta, written);
		if (merged) await supervisely.setProjectMeta(destination.id, merged);
	});

	if (scope) await writeScope(ports.store, sampling, scope);
}

const noMeta = { classes: [], tags: [] };

const needProject = async (
	{ supervisely }: FanOutPorts,
	id: number,
	role: 'source' | 'destination',
	type: 'videos' | 'images',
): Promise<Project> => {
	const project = await supervisely.project(id);
	if (!project) {
		throw new SamplingFailure(
			`There is no project ${id} (the ${role}) on ${supervisely.server}: check the id and the token's rights`,
		);
	}
	if (project.type !== type) {
		throw new SamplingFailure(
			`Project ${id} (${JSON.stringify(project.name)}, the ${role}) has type ${project.type}: a ${role} must be a project of type ${type}`,
		);
	}
	return project;
};
