import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { at } from '#shared/at.ts';
import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import { firstOf } from '#shared/sampling/first-of.ts';
import type { SamplingRequest } from '#shared/sampling/request.ts';
import { resolveScope } from '#shared/sampling/scope.ts';
import { secondsOf } from '#shared/sampling/select/frame-times.ts';
import { namesLabels, unknownName } from '#shared/sampling/select/known-names.ts';
import { selectedVideos } from '#shared/sampling/selected-videos.ts';
import { timelineOf } from '#shared/sampling/timeline.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { sentenceOf } from '../failure.ts';
import { drawPictures, share, writeSheet } from './draw-pictures.ts';
import { makeFolder, refuseForeign, removePictures, svgMark } from './picture-folder.ts';
import { type PreviewedVideo, selectOf, tryQuality } from './preview-video.ts';

/** Most videos of a preview: all of their indexes are in memory. */
export const mostVideos = 1000;
/** Videos that are indexed at the same time. */
const indexConcurrency = 4;
/** Chosen frames that `--json` lists of each video. */
const mostListed = 200;
const sheetName = 'contact-sheet.jpg';

/** The result for a video. */
type VideoResult = {
	id: number;
	/** Null for a video that could not be looked up. */
	name: string | null;
	frames: number | null;
	seconds: number | null;
	chosen: number;
	/** The chosen frames that each rule takes; a frame may be taken by several. */
	byRule: Record<string, number>;
	/** The first of the chosen frames. */
	first: { frame: number; seconds: number; rule: string }[];
	notes: string[];
	faults: string[];
	/** File of the timeline. */
	timeline: string | null;
};

/** What a sampling would take of a project, and the files that show it. The command prints it as JSON. */
export type Preview = {
	/** Null where no frame is chosen. */
	contactSheet: string | null;
	/** How many pictures are on it. */
	pictures: number;
	/** Whether all videos of the selection were looked at. */
	isComplete: boolean;
	videos: VideoResult[];
	notes: string[];
};

/**
 * Writes a contact sheet of the frames that a sampling would take, and a timeline of each video. Creates nothing on the
 * server, and replaces the pictures of an earlier preview in the folder.
 * @param how.out folder of the pictures
 * @param how.pictures most pictures on the contact sheet
 * @param how.videos number of videos to look at, from the first one
 * @param how.minutes of each video to try quality rules on
 * @param how.say called with the progress, in words
 * @param how.onClose called with what to close in the end
 * @throws FramefanError for a source that a sampling would refuse; UsageError for a path that can't be used as a
 * folder, or for a folder where a file that no preview has made would be overwritten
 */
export async function previewProject(
	supervisely: SuperviselyApi,
	{ source, settings }: Pick<SamplingRequest, 'source' | 'settings'>,
	how: {
		out: string;
		pictures: number;
		videos: number;
		minutes: number;
		say: (line: string) => void;
		onClose: (close: () => unknown) => void;
	},
): Promise<Preview> {
	const { out, pictures, videos: mostLookedAt, minutes, say, onClose } = how;
	const scope = await checkSource(supervisely, { source, settings });
	makeFolder(out);
	refuseForeign(out, [sheetName]);
	const ending = new AbortController();
	onClose(() => ending.abort());
	const decoding = { ffmpegPath: installedFfmpeg(), signal: ending.signal };

	const { items, isComplete } = await firstOf(selectedVideos(supervisely, source.projectId, scope), mostLookedAt);
	const ids = items.map(({ video }) => video.id);
	const notes = isComplete
		? []
		: [`only the first ${ids.length} videos were looked at; --videos, up to ${mostVideos}, looks at more`];
	const timelines = ids.map((_, n) => `timeline-${n + 1}.svg`);
	refuseForeign(out, timelines);
	removePictures(out, name => name === sheetName || /^timeline-\d+\.svg$/.test(name));
	let done = 0;
	const found = await pLimit(indexConcurrency).map(ids, async id => {
		try {
			return await selectOf(supervisely, id, settings, { decoding, onClose });
		} catch (error) {
			return unreadable(id, error, ending.signal);
		} finally {
			say(`${++done} of ${ids.length} videos indexed`);
		}
	});
	const meta =
		settings.copyAnnotations && ids.length > 0
			? parseProjectMeta(await supervisely.projectMeta(source.projectId), source.projectId)
			: undefined;

	const results: VideoResult[] = [];
	const previewed: PreviewedVideo[] = [];
	for (const [n, video] of found.entries()) {
		if (!('video' in video)) {
			results.push(video);
			continue;
		}
		const timeline = join(out, at(timelines, n));
		if (settings.frameQuality) say(`trying the quality rules on ${n + 1} of ${ids.length} videos`);
		const tried = settings.frameQuality ? await tryQuality(video, settings.frameQuality, minutes, decoding) : video;
		writeWhole(timeline, `${svgMark}${timelineFor(tried)}`);
		previewed.push(tried);
		results.push(resultOf(tried, timeline));
	}

	const shares = share(
		pictures,
		previewed.map(({ chosen }) => chosen.frames.length),
	);
	const cells: Buffer[] = [];
	for (const [n, video] of previewed.entries()) {
		if (at(shares, n) === 0) continue;
		const drawn = await drawPictures(video, at(shares, n), meta, decoding);
		cells.push(...drawn.cells);
		results.find(({ id }) => id === video.video.id)?.faults.push(...drawn.faults);
	}
	const contactSheet = cells.length > 0 ? join(out, sheetName) : null;
	if (contactSheet) await writeSheet(cells, contactSheet);
	if (ids.length === 0) notes.push('there is no video: check --project, --dataset and --video');
	else if (!contactSheet) notes.push('no frame is chosen, so there is no contact sheet');

	if (results.some(({ chosen, byRule }) => Object.values(byRule).reduce((sum, count) => sum + count, 0) > chosen))
		notes.push('some frames are taken by several rules, and counted for each');

	return { contactSheet, pictures: cells.length, isComplete, videos: results, notes };
}

/** @throws FramefanError for a source that a sampling would refuse */
const checkSource = async (
	supervisely: SuperviselyApi,
	{ source, settings }: Pick<SamplingRequest, 'source' | 'settings'>,
): ReturnType<typeof resolveScope> => {
	const project = await supervisely.project(source.projectId);
	if (project?.type !== 'videos') {
		const what = project ? `has type ${project.type}, not videos` : `is not on ${supervisely.server}`;
		throw new FramefanError(`Project ${source.projectId} ${what}: check --project and the token's rights`);
	}
	if (namesLabels(settings)) {
		const meta = parseProjectMeta(await supervisely.projectMeta(source.projectId), source.projectId);
		const unknown = unknownName(settings, meta, source.projectId);
		if (unknown) throw new FramefanError(unknown);
	}
	return resolveScope(supervisely, source);
};

const writeWhole = (file: string, text: string): void => {
	try {
		writeFileSync(file, text);
	} catch (error) {
		if (existsSync(file)) rmSync(file);
		throw new FramefanError(`${file} can't be written (${messageOf(error)}): free space, or choose another folder`);
	}
};

/** The result for a video that can't be read. Rethrows other errors, which end the command. */
const unreadable = (id: number, error: unknown, signal: AbortSignal): VideoResult => {
	if (signal.aborted || !(error instanceof PermanentError)) throw error;
	const nothing = { name: null, frames: null, seconds: null, chosen: 0, byRule: {}, first: [], timeline: null };
	return { id, ...nothing, notes: [], faults: [sentenceOf(error)] };
};

const timelineFor = ({ video, times, index, annotation, chosen, scenes, quality }: PreviewedVideo): string =>
	timelineOf({
		title: video.name,
		times,
		isKey: frame => at(index.key, at(index.shown, frame)) === 1,
		isAnnotated: annotation?.labels.hasFigures,
		chosen,
		scenes,
		more: [
			...(quality && quality.dropped.size > 0
				? [{ name: 'low quality', frames: [...quality.dropped.keys()].sort((a, b) => a - b) }]
				: []),
			...(quality && quality.untried.length > 0 ? [{ name: 'not tried', frames: quality.untried }] : []),
		],
	});

const resultOf = ({ video, times, chosen, notes, faults }: PreviewedVideo, timeline: string): VideoResult => {
	const byRule = Object.fromEntries(chosen.byRule.map(({ rule, frames }) => [rule, frames.length]));
	const first = chosen.frames
		.slice(0, mostListed)
		.map((frame, n) => ({ frame, seconds: secondsOf(times, frame), rule: at(chosen.rules, n) }));
	return {
		...{ id: video.id, name: video.name, frames: times.count },
		seconds: times.count === 0 ? 0 : secondsOf(times, times.count - 1),
		...{ chosen: chosen.frames.length, byRule, first, notes, faults: [...faults], timeline },
	};
};
