import { type Dataset, nameConflicts, type SuperviselyApi } from '#shared/supervisely/api.ts';

/** A dataset that the destination is to have: where, under which name, and what its custom data say. */
export type Mirror = {
	projectId: number;
	parentId: number | null;
	name: string;
	description: string;
	provenance: Record<string, unknown>;
};

/**
 * The dataset of this name in the destination, made where it isn't there yet. Of two that make it at the same time,
 * one makes it and the other finds it.
 * @returns the dataset with the custom data that it had
 */
export const mirrorDataset = async (supervisely: SuperviselyApi, mirror: Mirror): Promise<Dataset> => {
	const found = await findDataset(supervisely, mirror);
	const dataset = found ?? (await createDataset(supervisely, mirror));
	const known = found ? ((await supervisely.dataset(dataset.id))?.customData ?? {}) : (dataset.customData ?? {});
	if (Object.keys(mirror.provenance).some(key => !(key in known))) {
		await supervisely.setDatasetData(dataset.id, { ...mirror.provenance, ...known });
	}
	return { ...dataset, customData: known };
};

const createDataset = async (supervisely: SuperviselyApi, mirror: Mirror): Promise<Dataset> => {
	const { projectId, parentId, name, description } = mirror;
	try {
		return await supervisely.addDataset({ projectId, parentId, name, description });
	} catch (error) {
		const other = nameConflicts(error) && (await findDataset(supervisely, mirror));
		if (other) return other;
		throw error;
	}
};

/** Asked for by name: page by page, a hundred thousand mirrors would be looked through a hundred thousand times. */
const findDataset = async (
	supervisely: SuperviselyApi,
	{ projectId, parentId, name }: Mirror,
): Promise<Dataset | undefined> =>
	(await supervisely.datasetsNamed(projectId, parentId, name)).find(dataset => dataset.name === name);
