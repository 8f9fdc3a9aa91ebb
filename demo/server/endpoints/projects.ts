import * as z from 'zod';
import { badRequest, notUnique } from '../api-error.ts';
import { type Context, now, projectOf } from '../context.ts';
import { byId, type Endpoints, id, jsonEndpoint } from '../endpoint.ts';
import { projectJson } from '../entity-json.ts';
import { listing, listPage } from '../listing.ts';
import { refuseLosingUsed } from '../meta-in-use.ts';
import { projectMetaSchema, replaceMeta } from '../project-meta.ts';
import type { ProjectRecord } from '../records.ts';

const object = z.record(z.string(), z.unknown());

const addBody = z.object({
	name: z.string().min(1),
	workspaceId: id,
	type: z.enum(['images', 'videos', 'volumes', 'point_clouds', 'point_cloud_episodes', 'meshes']).default('images'),
	description: z.string().nullish(),
	readme: z.string().nullish(),
	settings: object.nullish(),
	customData: object.nullish(),
});

const editBody = z.object({
	id,
	name: z.string().min(1).nullish(),
	description: z.string().nullish(),
	readme: z.string().nullish(),
	customData: object.nullish(),
	silent: z.boolean().nullish(),
});

const settingsBody = z.object({
	id,
	settings: z.looseObject({
		groupImages: z.boolean().nullish(),
		groupImagesByTagId: id.nullish(),
		groupImagesSync: z.boolean().nullish(),
		labelingInterface: z.string().nullish(),
	}),
});

/** Settings of a new project, which the SDK reads back together with its meta. */
export const defaultSettings = { groupImages: false, groupImagesByTagId: null, groupImagesSync: false };

/** `projects.*` */
export function projectEndpoints(context: Context): Endpoints {
	const { store } = context;
	const render = (project: ProjectRecord) => projectJson(context, project);
	return {
		'projects.info': jsonEndpoint(byId, body => render(projectOf(store, body.id))),
		'projects.list': jsonEndpoint(z.object({ workspaceId: id.nullish(), ...listing }), body => {
			const projects = [...store.projects.values()].sort((a, b) => a.id - b.id);
			const here = body.workspaceId ? projects.filter(each => each.workspaceId === body.workspaceId) : projects;
			return listPage(here, body, render);
		}),
		'projects.add': jsonEndpoint(addBody, body => {
			refuseTaken(context, body.workspaceId, body.name);
			const at = now();
			const project: ProjectRecord = {
				id: store.newId(),
				name: body.name,
				type: body.type,
				description: body.description ?? '',
				readme: body.readme ?? '',
				workspaceId: body.workspaceId,
				customData: body.customData ?? {},
				settings: { ...defaultSettings, ...body.settings },
				meta: { classes: [], tags: [] },
				createdAt: at,
				updatedAt: at,
			};
			store.commit([['project', project]]);
			return render(project);
		}),
		'projects.editInfo': jsonEndpoint(editBody, body => {
			const project = projectOf(store, body.id);
			if (body.name && body.name !== project.name) refuseTaken(context, project.workspaceId, body.name);
			const edited = {
				...project,
				name: body.name ?? project.name,
				description: body.description ?? project.description,
				readme: body.readme ?? project.readme,
				customData: body.customData ?? project.customData,
				updatedAt: body.silent ? project.updatedAt : now(),
			};
			store.commit([['project', edited]]);
			return render(edited);
		}),
		'projects.meta': jsonEndpoint(byId, body => metaJson(projectOf(store, body.id))),
		'projects.meta.update': jsonEndpoint(z.object({ id, meta: projectMetaSchema }), body => {
			const project = projectOf(store, body.id);
			const type = body.meta.projectType;
			if (type && type !== project.type) {
				throw badRequest(`Project ${project.id} is of type ${project.type}, not ${type}`);
			}
			const meta = replaceMeta(project.meta, body.meta, () => store.newId());
			refuseLosingUsed(store, project, meta);
			const edited = { ...project, meta, updatedAt: now() };
			store.commit([['project', edited]]);
			return metaJson(edited);
		}),
		'projects.settings.update': jsonEndpoint(settingsBody, body => {
			const project = projectOf(store, body.id);
			const edited = { ...project, settings: { ...project.settings, ...body.settings }, updatedAt: now() };
			store.commit([['project', edited]]);
			return render(edited);
		}),
	};
}

const metaJson = (project: ProjectRecord) => ({
	classes: project.meta.classes,
	tags: project.meta.tags,
	projectType: project.type,
});

function refuseTaken({ store }: Context, workspaceId: number, name: string): void {
	for (const project of store.projects.values()) {
		if (project.workspaceId === workspaceId && project.name === name) throw notUnique([{ name, id: project.id }]);
	}
}
