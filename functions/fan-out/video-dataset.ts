import { PermanentError, TransientError } from '#shared/errors.ts';
import { type Origin, type Owner, ownerOf } from '#shared/sampling/provenance.ts';
import type { Dataset, SuperviselyApi } from '#shared/supervisely/api.ts';
import { createDataset, findDataset, keepProvenance, type Mirror } from './mirror-dataset.ts';

/** Times that a dataset may turn out to be another video's between being looked up and being claimed. */
const mostTries = 5;

/** A video whose images go into a dataset, and where that is to be. */
export type Wanted = {
	supervisely: SuperviselyApi;
	video: Origin & { name: string };
	/** The dataset named like the video, as the SDK has it. */
	mirror: Mirror;
};

/**
 * The dataset that gets a video's images: the one named like the video unless it belongs to another video, else
 * `<video> (<id>)`, which is found again by every later sampling.
 * @param lock keeps others from filling a dataset at the same time
 * @returns the dataset, and a note where it isn't the one named like the video
 * @throws PermanentError `name-taken` where both belong to others; what `claim` throws
 */
export const datasetOfVideo = async (
	wanted: Wanted,
	lock: (dataset: number) => Promise<void>,
): Promise<{ dataset: Dataset; notes: string[] }> => {
	const { supervisely, video } = wanted;
	for (let tries = 0; tries < mostTries; tries++) {
		const { mirror, notes } = await choose(wanted);
		const found = (await findDataset(supervisely, mirror)) ?? (await createDataset(supervisely, mirror));
		// Somebody may have been faster to make it.
		if (toldOwner(found, video) === 'other') continue;
		await lock(found.id);
		// And to fill it.
		const dataset = await supervisely.dataset(found.id);
		if (!dataset || (await ownerOfDataset(supervisely, dataset, video)) === 'other') continue;
		await keepProvenance(supervisely, dataset, mirror.provenance);
		return { dataset, notes };
	}
	throw new TransientError(
		`Datasets named ${JSON.stringify(video.name)} are being created by others at the same time`,
		null,
	);
};

/** Which of the two names it is, and why. */
const choose = async ({ supervisely, video, mirror }: Wanted): Promise<{ mirror: Mirror; notes: string[] }> => {
	const second = { ...mirror, name: `${mirror.name} (${video.id})` };
	const find = async (named: Mirror) => {
		const found = await findDataset(supervisely, named);
		// Listings leave custom data out.
		const dataset = found && (await supervisely.dataset(found.id));
		return { dataset, owner: dataset && (await ownerOfDataset(supervisely, dataset, video)) };
	};
	const first = await find(mirror);
	if (first.owner === 'own') return { mirror, notes: [] };
	const own = await find(second);
	if (own.owner !== 'own' && first.owner !== 'other') return { mirror, notes: [] };
	const [name, ownName] = [mirror.name, second.name].map(each => JSON.stringify(each));
	if (own.owner === 'other')
		throw new PermanentError(
			'name-taken',
			`The datasets ${name} and ${ownName} both have images of other videos: rename one of them, then retry`,
		);
	const because = first.owner === 'other' ? `dataset ${name} has images of ${nameOfOwner(first.dataset)}, so ` : '';
	return {
		mirror: second,
		notes: [`Video ${video.id} (${video.name}): ${because}its images are in dataset ${ownName}`],
	};
};

/** Written by the SDK and by this project when a dataset is made, so that it says whose it is from its beginning. */
const madeFrom = /^Sample dataset made from project #(\d+), dataset #\d+, video #(\d+)$/;

const namedInDescription = ({ description }: Dataset): Record<string, unknown> => {
	const [, project, video] = madeFrom.exec(description ?? '') ?? [];
	return video === undefined ? {} : { video_project_id: Number(project), video_id: Number(video) };
};

/** Whose a dataset is by its custom data, or else by its description. */
const toldOwner = (dataset: Dataset, video: Origin): Owner => {
	const owner = ownerOf(dataset.customData, video);
	return owner === 'unknown' ? ownerOf(namedInDescription(dataset), video) : owner;
};

/** The same, or else by the first of its images that says so. */
const ownerOfDataset = async (supervisely: SuperviselyApi, dataset: Dataset, video: Origin): Promise<Owner> => {
	const told = toldOwner(dataset, video);
	if (told !== 'unknown') return told;
	for await (const { meta } of supervisely.images(dataset.id)) {
		const owner = ownerOf(meta, video);
		if (owner !== 'unknown') return owner;
	}
	return 'unknown';
};

const nameOfOwner = (dataset: Dataset | undefined): string => {
	const { video_id: id } = { ...(dataset && namedInDescription(dataset)), ...dataset?.customData };
	return typeof id === 'number' ? `video ${id}` : 'another video';
};
