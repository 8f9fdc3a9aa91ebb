import { costOf, countSeconds, planSeconds, type Sizing, type Work } from '#shared/estimate/cost.ts';
import { imageSizes } from '#shared/estimate/image-sizes.ts';
import { prices } from '#shared/estimate/prices.ts';
import { estimateVideo, optionsByFormat, type VideoEstimate } from '#shared/estimate/video.ts';
import { resolveScope } from '#shared/sampling/scope.ts';
import { nameOfRule } from '#shared/sampling/select/rules.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { defaultChroma, defaultQuality, type ImageFormat, imageFormats } from '#shared/video/picture/image-format.ts';
import { ApiError } from './api-error.ts';
import { listSelectedVideos } from './list-selected-videos.ts';
import type { ApiPorts } from './ports.ts';
import type { Estimate, FormatEstimate } from './schemas.ts';
import { parseRequest } from './start-sampling.ts';

/** Time limit for the server's answers: the function has 20 seconds, API Gateway 30. */
const budgetMs = 14_000;

/**
 * Estimates a sampling from listings alone: creates nothing and reads no video.
 * @throws ApiError 422 with the path of the wrong field, 504 when the server does not answer in time;
 * SamplingFailure for a source that does not exist
 */
export async function estimateSampling(ports: ApiPorts, body: unknown): Promise<Estimate> {
	const { supervisely, sizing } = ports;
	const { source, settings } = parseRequest(body);
	const deadline = Date.now() + budgetMs;
	const project = await before(deadline, supervisely.project(source.projectId), () => {
		throw new ApiError(504, `${supervisely.server} did not answer within ${budgetMs / 1000} s: try again later`);
	});
	if (project?.type !== 'videos') {
		const what = project ? `has type ${project.type}, not videos` : `is not on ${supervisely.server}`;
		throw new ApiError(
			422,
			`Project ${source.projectId} ${what}: check the id and the token's rights`,
			'source.projectId',
		);
	}
	const notes: string[] = [];
	if (settings.annotated) notes.push('annotated: annotations are not read for an estimate, so all frames are counted');
	const estimates: VideoEstimate[] = [];
	let videos = 0;
	const scope = await before(deadline, resolveScope(supervisely, source), () => {
		const count = (source.datasetIds?.length ?? 0) + (source.videoIds?.length ?? 0);
		throw new ApiError(
			422,
			`${count} datasets and videos could not be looked up within ${budgetMs / 1000} s: estimate fewer at a time, or the whole project`,
			source.videoIds ? 'source.videoIds' : 'source.datasetIds',
		);
	});
	const walking = listSelectedVideos(supervisely, source.projectId, { scope, deadline }, video => {
		videos++;
		const estimate = estimateVideo(video, settings, sizing.framesPerChunk);
		if (estimate) estimates.push(estimate);
	});
	const complete = await before(deadline, walking, () => false);
	const unknown = videos - estimates.length;
	if (unknown > 0)
		notes.push(
			`${unknown} videos are not counted: the server reports no frame count, picture size or file size for them`,
		);
	if (!complete) notes.push('time ran out before all videos were listed: this is a lower bound');
	return { ...addUp(videos, estimates, { settings, sizing }), complete, notes };
}

/** The result of `work`, or of `otherwise` when it takes longer than `time` (epoch milliseconds); `work` is not aborted. */
const before = async <Result>(time: number, work: Promise<Result>, otherwise: () => Result): Promise<Result> => {
	let timer: NodeJS.Timeout | undefined;
	const over = new Promise<'over'>(resolve => {
		timer = setTimeout(resolve, Math.max(0, time - Date.now()), 'over');
	});
	try {
		const first = await Promise.race([work.then(found => ({ found })), over]);
		return first === 'over' ? otherwise() : first.found;
	} finally {
		clearTimeout(timer);
		work.catch(() => {});
	}
};

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const rounded = (number: number, digits: number): number => Number(number.toFixed(digits));

const addUp = (
	videos: number,
	estimates: VideoEstimate[],
	{ settings, sizing }: { settings: Settings; sizing: Sizing },
): Omit<Estimate, 'complete' | 'notes'> => {
	const total = (of: (each: VideoEstimate) => number) => sum(estimates.map(of));
	const [frames, chunks] = [total(each => each.frames), total(each => each.chunks)];
	const rules = (settings.select ?? []).map((rule, n) => ({
		rule: nameOfRule(rule),
		frames: total(each => each.rules[n]?.frames ?? 0),
		isBound: estimates.some(each => each.rules[n]?.isBound),
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
		...{ videos, frames, isBound: estimates.some(each => each.isBound), rules },
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
