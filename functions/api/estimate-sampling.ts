import pLimit from 'p-limit';
import { at } from '#shared/at.ts';
import { costOf, countSeconds, planSeconds, type Sizing, type Work } from '#shared/estimate/cost.ts';
import { imageSizes } from '#shared/estimate/image-sizes.ts';
import { prices } from '#shared/estimate/prices.ts';
import { estimateVideo, optionsByFormat, type VideoEstimate } from '#shared/estimate/video.ts';
import { countFrames, type Expected, roughFrames, together } from '#shared/sampling/select/expected-frames.ts';
import { nameOfRule, textOfRule } from '#shared/sampling/select/rules.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { defaultChroma, defaultQuality, type ImageFormat, imageFormats } from '#shared/video/picture/image-format.ts';
import { before } from './before.ts';
import { checkSource } from './check-source.ts';
import { listSelectedVideos } from './list-selected-videos.ts';
import { type ListedVideo, listedVideo } from './listed-video.ts';
import type { ApiPorts } from './ports.ts';
import { makeVideoReader } from './read-video.ts';
import type { Estimate, FormatEstimate } from './schemas.ts';
import { parseRequest } from './start-sampling.ts';

/** Time limit for listing and reading in one request: the function has 20 seconds, API Gateway 30. */
const requestMs = 14_000;

/** Videos whose index and labels are read at the same time. */
const readConcurrency = 4;

/** Maximum number of frame times, of all videos together, that are kept while videos are listed. */
const mostTimecodes = 1_000_000;

/**
 * Estimates a sampling from listings, stored indexes and labels: creates nothing and reads no video.
 * @param budgetMs time limit for listing and reading
 * @throws ApiError 422 with the path of the wrong field, 504 when the server does not answer in time;
 * SamplingFailure for a source that does not exist
 */
export async function estimateSampling(
	ports: Pick<ApiPorts, 'store' | 'supervisely' | 'sizing'>,
	body: unknown,
	budgetMs = requestMs,
): Promise<Estimate> {
	const { supervisely, sizing } = ports;
	const { source, settings } = parseRequest(body);
	const deadline = Date.now() + budgetMs;
	const scope = await checkSource(supervisely, { source, settings }, { deadline, budgetMs, verb: 'estimate' });
	const listed: ListedVideo[] = [];
	let room = mostTimecodes;
	const walking = listSelectedVideos(supervisely, source.projectId, { scope, deadline }, (video, dataset) => {
		const found = listedVideo(video, dataset, room);
		room -= found.facts?.timecodes.length ?? 0;
		listed.push(found);
	});
	const complete = await before(deadline, walking, () => false);

	const videos = listed.length;
	const reader = makeVideoReader(ports, settings, { until: deadline });
	const estimates: VideoEstimate[] = [];
	await pLimit(readConcurrency).map(listed.splice(0), async video => {
		const read = await reader.read(video);
		if (!read?.facts) return;
		const { facts, frameCount, known } = read;
		const expected = known ? countFrames(settings, known) : roughFrames(settings, { ...facts, frameCount });
		estimates.push(estimateVideo(facts, expected, frameCount, { settings, framesPerChunk: sizing.framesPerChunk }));
	});
	const unknown = videos - estimates.length;
	const notes = reader.notes();
	if (unknown > 0)
		notes.push(
			`${unknown} videos are not counted: the server reports no frame count, picture size or file size for them`,
		);
	if (!complete) notes.push('time ran out before all videos were listed: this is a lower bound');
	const isPart = unknown > 0 || !complete;
	return { ...addUp(videos, estimates, { settings, sizing, isPart }), complete, notes };
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const rounded = (number: number, digits: number): number => Number(number.toFixed(digits));

const addUp = (
	videos: number,
	estimates: VideoEstimate[],
	{ settings, sizing, isPart }: { settings: Settings; sizing: Sizing; isPart: boolean },
): Omit<Estimate, 'complete' | 'notes'> => {
	const total = (of: (each: VideoEstimate) => number) => sum(estimates.map(of));
	const chunks = total(each => each.chunks);
	// Videos that are not counted make all numbers approximate.
	const least: Expected = { frames: 0, accuracy: isPart ? 'about' : 'exact', needs: [] };
	const added = (of: (each: VideoEstimate) => Expected): Expected => ({
		frames: total(each => of(each).frames),
		...estimates.map(of).reduce<Omit<Expected, 'frames'>>(together, least),
	});
	const rules = (settings.select ?? []).map((rule, n) => ({
		...{ rule: nameOfRule(rule), text: textOfRule(rule) },
		...added(({ expected }) => at(expected.rules, n)),
	}));
	const options = optionsByFormat(settings);
	const inFormat = (format: ImageFormat): FormatEstimate => {
		const decode = total(each => each.decodeSeconds + each.formats[format].encodeSeconds);
		const bytesToWrite = total(each => each.formats[format].bytesToWrite);
		const { quality, chroma } = options[format];
		return {
			format,
			quality: format === 'png' ? null : (quality ?? defaultQuality),
			chroma: format === 'jpg' ? (chroma ?? defaultChroma) : null,
			bytesToWrite,
			lambdaSeconds: rounded(decode + videos * planSeconds + chunks * countSeconds, 1),
			cost: roundedCost({ videos, chunks, decode, bytesToWrite }, sizing),
		};
	};
	const formats = imageFormats.map(inFormat);
	const { bytesToWrite, lambdaSeconds, cost } = formats.find(each => each.format === settings.format) as FormatEstimate;
	return {
		...{ videos, ...added(({ expected }) => expected), rules },
		...{ chunks, bytesToRead: total(each => each.bytesToRead), bytesToWrite, lambdaSeconds, cost },
		formats,
		imageSizes: { measured: imageSizes.measured, clips: imageSizes.clips },
		prices: { asOf: prices.asOf, region: prices.region },
	};
};

/** The rounded cost of some work. */
const roundedCost = (work: Work, sizing: Sizing): Estimate['cost'] => {
	const { lambda, requests, dataOut } = costOf(work, sizing);
	return {
		...{ lambda: rounded(lambda, 4), requests: rounded(requests, 4), dataOut: rounded(dataOut, 4) },
		total: rounded(lambda + requests + dataOut, 4),
		currency: 'USD',
	};
};
