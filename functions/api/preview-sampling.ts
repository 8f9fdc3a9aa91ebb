import pLimit from 'p-limit';
import { at } from '#shared/at.ts';
import { firstOf } from '#shared/sampling/first-of.ts';
import { type KnownVideo, roughFrames, selectKnown } from '#shared/sampling/select/expected-frames.ts';
import { secondsOf } from '#shared/sampling/select/frame-times.ts';
import { nameOfRule, textOfRule } from '#shared/sampling/select/rules.ts';
import type { Selection } from '#shared/sampling/select/select-frames.ts';
import { selectedVideos } from '#shared/sampling/selected-videos.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { timelineOf } from '#shared/sampling/timeline.ts';
import { ApiError } from './api-error.ts';
import { before } from './before.ts';
import { checkSource } from './check-source.ts';
import { type ListedVideo, listedVideo } from './listed-video.ts';
import type { ApiPorts } from './ports.ts';
import { makeVideoReader, type ReadVideo } from './read-video.ts';
import { mostPreviewed, type Preview, type Previewed, previewRequestSchema } from './schemas.ts';
import { parseBody } from './start-sampling.ts';

/** Time limit for listing and reading in one request: the function has 20 seconds, API Gateway 30. */
const budgetMs = 14_000;

/** Videos whose index and labels are read at the same time. */
const readConcurrency = 4;

/** If a listed video has more frame times than this, none of them is kept. */
const mostTimecodes = 200_000;

/**
 * Which frames a sampling would take of the first selected videos, from listings, stored indexes and labels: creates
 * nothing and decodes nothing.
 * @throws ApiError 422 with the path of the wrong field, 504 when the server does not answer in time;
 * SamplingFailure for a source that does not exist
 */
export async function previewSampling(ports: ApiPorts, body: unknown): Promise<Preview> {
	const { supervisely } = ports;
	const { source, settings, videos: most } = parseBody(previewRequestSchema, body);
	const deadline = Date.now() + budgetMs;
	const scope = await checkSource(supervisely, { source, settings }, { deadline, budgetMs, verb: 'preview' });
	const listing = firstOf(selectedVideos(supervisely, source.projectId, scope), most);
	const { items, isComplete } = await before(deadline, listing, () => {
		throw new ApiError(
			504,
			`${most} videos could not be listed within ${budgetMs / 1000} s: ask for fewer, or name datasetIds`,
		);
	});
	// Labels are shown even where no rule asks for them.
	const labels = settings.copyAnnotations ? 'all' : 'needed';
	const reader = makeVideoReader(ports, settings, { until: deadline, labels });
	const videos = await pLimit(readConcurrency).map(items, async ({ video, dataset }) => {
		const listed = listedVideo(video, dataset, mostTimecodes);
		return previewOf(listed, await reader.read(listed), settings);
	});
	const notes = reader.notes();
	if (items.length === 0) notes.push('there is no video: check source');
	if (!isComplete)
		notes.push(
			`only the first ${items.length} videos were looked at: videos, up to ${mostPreviewed.videos}, looks at more`,
		);
	return { videos, complete: isComplete, notes };
}

const previewOf = (listed: ListedVideo, read: ReadVideo | undefined, settings: Settings): Previewed => {
	const common = { id: listed.id, name: listed.name, datasetId: listed.datasetId };
	const nothing = { seconds: null, chosen: [], more: 0, timeline: null };
	if (!read) {
		const selected = { frames: 0, accuracy: 'about' as const, needs: ['index' as const] };
		const notes = [
			'no index is stored, and the server reports no frame count, picture size or file size: a sampling finds them out',
		];
		return { ...common, ...nothing, frameCount: null, selected, rules: [], notes };
	}
	const { frameCount, known, facts } = read;
	if (!known) {
		const expected = roughFrames(settings, { frameCount, seconds: facts?.seconds });
		const notes = ['it has too many frames to check each one here: use framefan preview'];
		return { ...common, ...nothing, frameCount, ...numbersOf(expected, settings), notes };
	}
	const { selection, expected, left } = selectKnown(settings, known);
	const { isTimed, source } = known;
	const secondsAt = (frame: number): number | null => (isTimed ? secondsOf(source.times, frame) : null);
	const chosen = selection.frames
		.slice(0, mostPreviewed.frames)
		.map((frame, n) => ({ frame, seconds: secondsAt(frame), rule: at(selection.rules, n) }));
	return {
		...{ ...common, frameCount, seconds: frameCount === 0 ? 0 : secondsAt(frameCount - 1) },
		...numbersOf(expected, settings),
		...{ chosen, more: selection.frames.length - chosen.length },
		timeline: isTimed ? timelineFor(listed.name, known, selection) : null,
		notes: [...selection.notes, ...notesOn(known, left, settings)],
	};
};

type Numbers = ReturnType<typeof roughFrames>;

const numbersOf = (
	{ frames, accuracy, needs, rules }: Numbers,
	settings: Settings,
): Pick<Previewed, 'selected' | 'rules'> => ({
	selected: { frames, accuracy, needs },
	rules: rules.map((expected, n) => {
		const rule = at(settings.select ?? [], n);
		return { rule: nameOfRule(rule), text: textOfRule(rule), ...expected };
	}),
});

const timelineFor = (title: string, { source, isIndexed }: KnownVideo, chosen: Selection): string =>
	timelineOf({
		...{ title, chosen, times: source.times },
		isKey: isIndexed ? source.isKey : undefined,
		isAnnotated: source.labels?.hasFigures,
	});

/** Why a sampling may take other frames than those chosen. */
const notesOn = ({ source, isIndexed, isTimed }: KnownVideo, left: number[], settings: Settings): string[] => {
	const { annotated, minDistance, frameQuality, select = [] } = settings;
	return [
		...(isIndexed ? [] : ['no index is stored: frames and times are estimates from what the server reports']),
		...left.map(
			n =>
				`select ${textOfRule(at(select, n))} needs data that was not read: its frames are left out, also before step and minDistance`,
		),
		...(annotated && !source.labels ? ['labels were not read: frames without figures may be among those chosen'] : []),
		...(minDistance !== undefined && (!source.labels || !isTimed)
			? ['minDistance was applied without labels or times: a sampling may keep other frames']
			: []),
		...(frameQuality
			? ['frameQuality was not applied, because it needs pictures: a sampling may drop some of these frames']
			: []),
	];
};
