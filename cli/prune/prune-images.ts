import { createInterface } from 'node:readline/promises';
import { FramefanError } from '#shared/errors.ts';
import { makeSuperviselyApi, type SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';
import type { ApiClient } from '../api-client.ts';
import { printLine } from '../print-line.ts';
import { type BeyondVideo, imagesBeyond, type TakenImages } from './images-beyond.ts';

/** Images that are removed with one request. */
const removedAtOnce = 100;
/** Most images to remove, and most to keep, that are listed by name for a video. */
const listed = 100;

/** The images that were found, by video, and how many images were removed. */
export type Pruned = { videos: BeyondVideo[]; removed: number };

/**
 * Lists the images in a sampling's destination that are not part of the sampling, and removes them if the user
 * agrees. Images whose labels were changed stay.
 * @param options.confirm asked with the number of images to remove; not called when there are none
 * @throws FramefanError unless the sampling is completed without faults and has recorded all its images
 */
export async function pruneImages(
	api: ApiClient,
	id: string,
	options: {
		server: string;
		token: string;
		show: (line: string) => void;
		confirm: (question: string) => Promise<boolean>;
	},
): Promise<Pruned> {
	const { server, token, show } = options;
	const status = await api.status(id);
	const destination = needWhole(status);
	const taken = await takenImages(api, status);
	const supervisely = makeSuperviselyApi(connectSupervisely(server, async () => token, { quick: true }));
	const videos: BeyondVideo[] = [];
	for await (const video of imagesBeyond(supervisely, { ...status.request, destination }, taken)) {
		for (const line of describe(video)) show(line);
		videos.push(video);
	}
	const removable = videos.flatMap(video => video.removable.map(image => image.id));
	if (videos.length === 0) show(`Project ${destination} has no images beyond those of sampling ${id}.`);
	if (removable.length === 0) return { videos, removed: 0 };
	const what = removable.length === 1 ? '1 image' : `${removable.length} images`;
	const agreed = await options.confirm(`Remove ${what} from project ${destination}?`);
	if (!agreed) return { videos, removed: 0 };
	await removeAll(supervisely, removable);
	show(`${what} removed.`);
	return { videos, removed: removable.length };
}

/** @returns the id of the destination @throws FramefanError unless the sampling is completed without faults */
const needWhole = ({ id, state, faultCount, destination }: SamplingStatus): number => {
	const remedy = `retry it first: framefan retry ${id}`;
	if (state !== 'completed') throw new FramefanError(`Sampling ${id} is ${state}, so images are missing: ${remedy}`);
	if (faultCount > 0)
		throw new FramefanError(`Sampling ${id} has ${faultCount} faults, so images may be missing: ${remedy}`);
	if (!destination) throw new FramefanError(`Sampling ${id} has no destination`);
	return destination.id;
};

/** What a sampling has taken, by dataset. */
const takenImages = async (api: ApiClient, status: SamplingStatus): Promise<Map<number, TakenImages>> => {
	const taken = new Map<number, TakenImages>();
	let count = 0;
	for (let next: string | null | undefined; next !== null; ) {
		const page = await api.images(status.id, next);
		for (const { dataset_id: dataset, video_id: video, image_id: image } of page.images) {
			const known = taken.get(dataset) ?? { video, ids: new Set() };
			known.ids.add(image);
			taken.set(dataset, known);
			count++;
		}
		next = page.next;
	}
	const { framesUploaded, framesAlreadyThere } = status;
	const counted = framesUploaded + framesAlreadyThere;
	// Images that are not recorded would seem to be beyond the sampling and would be removed.
	if (count < counted)
		throw new FramefanError(
			`Sampling ${status.id} has ${counted} images, but only ${count} are recorded: sample again with the same settings, then prune that sampling`,
		);
	return taken;
};

const removeAll = async (supervisely: SuperviselyApi, images: number[]): Promise<void> => {
	for (let at = 0; at < images.length; at += removedAtOnce)
		await supervisely.removeImages(images.slice(at, at + removedAtOnce));
};

const describe = ({ video, removable, edited }: BeyondVideo): string[] => [
	`Video ${video.id} (${video.name}): ${removable.length} not selected, ${edited.length} more with other labels than the video`,
	...some(removable, 'remove'),
	...some(edited, 'keep'),
];

const some = (images: { name: string }[], verb: string): string[] => [
	...images.slice(0, listed).map(({ name }) => `  ${verb}  ${name}`),
	...(images.length > listed ? [`  ${verb}  and ${images.length - listed} more, which --json names`] : []),
];

/** Asks on the terminal; where there is none, the answer is no, with exit code 1. */
export async function confirmOnTerminal(question: string): Promise<boolean> {
	if (!process.stdin.isTTY) {
		printLine(process.stderr, 'error', `${question} Nothing was removed: repeat the command with --yes to remove them`);
		process.exitCode = 1;
		return false;
	}
	const prompt = createInterface({ input: process.stdin, output: process.stderr });
	const answer = await prompt.question(`${question} [y/N] `);
	prompt.close();
	return /^y(es)?$/i.test(answer.trim());
}
