import { TransientError } from '#shared/errors.ts';
import { type Dataset, nameConflicts, type SuperviselyApi } from '#shared/supervisely/remote/api.ts';

/** A dataset to create in the destination: place, name and custom data. */
export type Mirror = {
	projectId: number;
	parentId: number | null;
	name: string;
	description: string;
	provenance: Record<string, unknown>;
};

/**
 * Finds or creates the dataset of this name in the destination. Of two simultaneous calls, one creates it and the
 * other finds it.
 */
export async function mirrorDataset(supervisely: SuperviselyApi, mirror: Mirror): Promise<Dataset> {
	const found = await findDataset(supervisely, mirror);
	// Listings have no custom data.
	const dataset = found ? await supervisely.dataset(found.id) : await createDataset(supervisely, mirror);
	if (!dataset)
		throw new TransientError(`Dataset ${JSON.stringify(mirror.name)} was removed while it was being set up`, null);
	await keepProvenance(supervisely, dataset, mirror.provenance);
	return dataset;
}

/** Adds missing provenance to the custom data of a dataset; existing keys are kept. */
export async function keepProvenance(
	supervisely: SuperviselyApi,
	dataset: Dataset,
	provenance: Mirror['provenance'],
): Promise<void> {
	const known = dataset.customData ?? {};
	if (Object.keys(provenance).every(key => key in known)) return;
	await supervisely.setDatasetData(dataset.id, { ...provenance, ...known });
}

export async function createDataset(supervisely: SuperviselyApi, mirror: Mirror): Promise<Dataset> {
	const { projectId, parentId, name, description } = mirror;
	try {
		return await supervisely.addDataset({ projectId, parentId, name, description });
	} catch (error) {
		const other = nameConflicts(error) && (await findDataset(supervisely, mirror));
		if (other) return other;
		throw error;
	}
}

/** The dataset of this name. The server looks it up: paging through all datasets for each one would be quadratic. */
export async function findDataset(
	supervisely: SuperviselyApi,
	{ projectId, parentId, name }: Pick<Mirror, 'projectId' | 'parentId' | 'name'>,
): Promise<Dataset | undefined> {
	return (await supervisely.datasetsNamed(projectId, parentId, name)).find(dataset => dataset.name === name);
}
