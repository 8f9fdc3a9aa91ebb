import { messageOf, PermanentError } from '#shared/errors.ts';
import type { VideoFacts } from '#shared/estimate/video.ts';
import { log } from '#shared/log.ts';
import type { KnownVideo } from '#shared/sampling/select/expected-frames.ts';
import { listedSource } from '#shared/sampling/select/listed-source.ts';
import type { Rule } from '#shared/sampling/select/rules.ts';
import { needsLabels, rangeOf } from '#shared/sampling/select/select-frames.ts';
import { selectionSource } from '#shared/sampling/select/selection-source.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { readStoredIndex } from '#shared/sampling/stored-index.ts';
import type { FrameLabels } from '#shared/supervisely/annotation/frame-labels.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { before } from './before.ts';
import type { ListedVideo } from './listed-video.ts';
import type { ApiPorts } from './ports.ts';

/**
 * The most that one request reads: annotations, their bytes, and frames that are checked one by one, each weighted by
 * `looksOf` of the rules. The function has a third of a processor, on which that many frames take five seconds.
 */
export const mostRead = { annotations: 200, annotationBytes: 100_000_000, framesOfRules: 2_000_000 };

/** What is known of a video. `known`: what a selection can be made from; undefined for a video that is too long. */
export type ReadVideo = { facts: VideoFacts | undefined; frameCount: number; known: KnownVideo | undefined };

/** Reads what a sampling would read of videos, except their files: stored indexes, and labels where they are needed. */
export type VideoReader = {
	/** Undefined where neither an index nor the server has enough data. */
	read(video: ListedVideo): Promise<ReadVideo | undefined>;
	/** What could not be read, in sentences. */
	notes(): string[];
};

/**
 * @param options.until when to stop, in epoch milliseconds
 * @param options.labels `needed`: those on which the selection depends; `all`: also those that are only shown
 */
export function makeVideoReader(
	{ store, supervisely }: Pick<ApiPorts, 'store' | 'supervisely'>,
	settings: Settings,
	{ until, labels: wanted = 'needed' }: { until: number; labels?: 'needed' | 'all' },
): VideoReader {
	const left = { ...mostRead };
	const found = { videos: 0, unindexed: 0, tooLong: 0, unlabelled: 0, unreadable: 0, why: '' };
	const looks = Math.max(
		1,
		(settings.select ?? []).reduce((sum, rule) => sum + looksOf(rule), 0),
	);
	const isLabelled = wanted === 'all' || needsLabels({ ...settings, frameQuality: undefined });

	const storedIndex = (video: ListedVideo): Promise<VideoIndex | undefined> => {
		const reading = readStoredIndex(store, video).then(file => file?.index);
		return before<VideoIndex | undefined>(until, reading, () => undefined).catch(error => {
			log.warn('Stored index not read', { video: video.id, error });
			return undefined;
		});
	};
	const frameLabels = async ({ id, datasetId }: ListedVideo, frameCount: number): Promise<FrameLabels | undefined> => {
		if (left.annotations <= 0 || left.annotationBytes <= 0 || Date.now() > until) {
			found.unlabelled++;
			return undefined;
		}
		left.annotations--;
		const { start, end } = wanted === 'all' ? { start: 0, end: frameCount } : rangeOf(settings, frameCount);
		const onBytes = (bytes: number): void => {
			left.annotationBytes -= bytes;
			if (left.annotationBytes < 0 || Date.now() > until) throw new Enough();
		};
		const reading = supervisely.frameLabels(datasetId, id, frame => frame >= start && frame < end, onBytes);
		try {
			return await before<FrameLabels>(until, reading, () => {
				throw new Enough();
			});
		} catch (error) {
			if (error instanceof Enough) found.unlabelled++;
			else {
				found.unreadable++;
				found.why ||= `video ${id}: ${messageOf(error)}`;
			}
			return undefined;
		}
	};

	return {
		read: async video => {
			const isTooLong = (frames: number): boolean => frames * looks > left.framesOfRules;
			const { facts } = video;
			// The index of a video that is too long isn't read either: its size grows with the number of frames.
			const index = facts && isTooLong(facts.frameCount) ? undefined : await storedIndex(video);
			if (!index && !facts) return undefined;
			found.videos++;
			const frameCount = index?.shown.length ?? facts?.frameCount ?? 0;
			if (isTooLong(frameCount)) {
				found.tooLong++;
				return { facts, frameCount, known: undefined };
			}
			left.framesOfRules -= frameCount * looks;
			if (!index) found.unindexed++;
			const known: KnownVideo | undefined = index
				? { source: selectionSource(index, video.name), isIndexed: true, isTimed: true }
				: facts && listedSource(facts, video.name);
			if (known && isLabelled) known.source.labels = await frameLabels(video, frameCount);
			return { facts: facts ?? (index && factsOf(index)), frameCount, known };
		},
		notes: () => [
			...(found.unindexed > 0
				? [
						`${found.unindexed} of ${found.videos} videos have no stored index yet, or there was no time to read it: their frames and times are estimates from what the server reports. A sampling stores an index`,
					]
				: []),
			...(found.tooLong > 0
				? [`${found.tooLong} videos have too many frames to check each one: their numbers are approximate`]
				: []),
			...(found.unlabelled > 0
				? [
						`labels of ${found.unlabelled} videos were not read: a request reads at most ${mostRead.annotations} annotations and ${mostRead.annotationBytes / 1e6} MB of them, in limited time. Numbers by labels are bounds`,
					]
				: []),
			...(found.unreadable > 0
				? [`labels of ${found.unreadable} videos could not be read (${found.why}): numbers by labels are bounds`]
				: []),
		],
	};
}

/** Relative time that a rule takes per frame; `random` takes the longest, as it hashes each frame. */
const looksOf = (rule: Rule): number => ('random' in rule ? 4 : 'count' in rule || 'scenes' in rule ? 3 : 1);

/** Thrown when the time or the bytes for annotations are used up. */
class Enough extends PermanentError {
	constructor() {
		super('unreadable', 'No more annotations are read');
	}
}

/** The facts of a video from its index, where the server doesn't report enough. */
const factsOf = ({ shown, pictureSize, offset, size }: VideoIndex): VideoFacts | undefined => {
	const last = offset.length - 1;
	if (!pictureSize || last < 0) return undefined;
	const bytes = (offset[last] as number) + (size[last] as number);
	return { ...pictureSize, frameCount: shown.length, bytes, seconds: undefined, timecodes: [] };
};
