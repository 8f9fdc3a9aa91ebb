import { begin } from '#shared/begin.ts';
import { PermanentError, TransientError } from '#shared/errors.ts';
import { type Origin, type Owner, ownerOf } from '#shared/sampling/provenance.ts';
import type { Dataset, SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { createDataset, findDataset, keepProvenance, type Mirror } from './mirror-dataset.ts';

/** Maximum number of attempts when another video takes the dataset between lookup and lock. */
const mostTries = 5;

/** A video, and where the dataset for its images is to be. */
export type Wanted = {
	supervisely: SuperviselyApi;
	video: Origin & { name: string };
	/** The dataset named like the video, as in the SDK. */
	mirror: Mirror;
};

/**
 * The dataset for the images of a video: the one named like the video, or `<video> (<id>)` if that belongs to another
 * video. Later samplings find the same one.
 * @param lock keeps other samplings from filling the dataset at the same time, and may begin work that needs the lock
 * @param chosen a choice that was begun before, used for the first try
 * @returns the dataset, what the lock began, and a note when it is not the one named like the video
 * @throws PermanentError `name-taken` when both belong to other videos; errors of `lock`
 */
export async function datasetOfVideo<Begun>(
	wanted: Wanted,
	lock: (dataset: number) => Promise<Begun>,
	chosen?: Promise<Choice>,
): Promise<{ dataset: Dataset; notes: string[]; begun: Begun }> {
	const { supervisely, video } = wanted;
	for (let tries = 0; tries < mostTries; tries++) {
		const { mirror, notes, there } = await (tries === 0 && chosen ? chosen : chooseDataset(wanted));
		const found = there ?? (await createDataset(supervisely, mirror));
		// It may have been created for another video in the meantime.
		if (recordedOwner(found, video) === 'other') continue;
		const begun = await lock(found.id);
		// It may also have been filled by another video before the lock was taken.
		const dataset = await supervisely.dataset(found.id);
		if (!dataset || (await ownerOfDataset(supervisely, dataset, video)) === 'other') continue;
		await keepProvenance(supervisely, dataset, mirror.provenance);
		return { dataset, notes, begun };
	}
	throw new TransientError(
		`Datasets named ${JSON.stringify(video.name)} are being created by others at the same time`,
		null,
	);
}

/** The name that was chosen, and the dataset of this name, if there is one. */
export type Choice = { mirror: Mirror; there: Dataset | undefined; notes: string[] };

/** Chooses between `<video>` and `<video> (<id>)`; creates nothing. @throws PermanentError `name-taken` */
export async function chooseDataset({ supervisely, video, mirror }: Wanted): Promise<Choice> {
	const second = { ...mirror, name: `${mirror.name} (${video.id})` };
	const find = async (named: Mirror) => {
		const found = await findDataset(supervisely, named);
		// Listings have no custom data.
		const dataset = found && (await supervisely.dataset(found.id));
		return { dataset, owner: dataset && (await ownerOfDataset(supervisely, dataset, video)) };
	};
	const secondFound = begin(() => find(second));
	const first = await find(mirror);
	if (first.owner === 'own') return { mirror, there: first.dataset, notes: [] };
	const own = await secondFound;
	if (own.owner !== 'own' && first.owner !== 'other') return { mirror, there: first.dataset, notes: [] };
	const [name, ownName] = [mirror.name, second.name].map(each => JSON.stringify(each));
	if (own.owner === 'other')
		throw new PermanentError(
			'name-taken',
			`The datasets ${name} and ${ownName} both have images of other videos: rename one of them, then retry`,
		);
	const because = first.owner === 'other' ? `dataset ${name} has images of ${nameOfOwner(first.dataset)}, so ` : '';
	return {
		mirror: second,
		there: own.dataset,
		notes: [`Video ${video.id} (${video.name}): ${because}its images are in dataset ${ownName}`],
	};
}

/** Description that the SDK and this project give to a new dataset; it names its video. */
const madeFrom = /^Sample dataset made from project #(\d+), dataset #\d+, video #(\d+)$/;

/** The video that a dataset records; undefined if there is none, or if it is of another project. */
export function videoOfDataset(dataset: Dataset, project: number): number | undefined {
	const { video_id: id, video_project_id: from } = { ...namedInDescription(dataset), ...dataset.customData };
	return typeof id === 'number' && from === project ? id : undefined;
}

const namedInDescription = ({ description }: Dataset): Record<string, unknown> => {
	const [, project, video] = madeFrom.exec(description ?? '') ?? [];
	return video === undefined ? {} : { video_project_id: Number(project), video_id: Number(video) };
};

/** The owner of a dataset by its custom data, or else by its description. */
const recordedOwner = (dataset: Dataset, video: Origin): Owner => {
	const owner = ownerOf(dataset.customData, video);
	return owner === 'unknown' ? ownerOf(namedInDescription(dataset), video) : owner;
};

/** The owner of a dataset as recorded, or else by the meta of its images. */
const ownerOfDataset = async (supervisely: SuperviselyApi, dataset: Dataset, video: Origin): Promise<Owner> => {
	const told = recordedOwner(dataset, video);
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
