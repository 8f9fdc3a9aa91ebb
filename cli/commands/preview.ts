import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import pLimit from 'p-limit';
import { at } from '#shared/at.ts';
import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import { firstOf } from '#shared/sampling/first-of.ts';
import { requestSchema, type SamplingRequest } from '#shared/sampling/request.ts';
import { resolveScope } from '#shared/sampling/scope.ts';
import { secondsOf } from '#shared/sampling/select/frame-times.ts';
import { namesLabels, unknownName } from '#shared/sampling/select/known-names.ts';
import { selectedVideos } from '#shared/sampling/selected-videos.ts';
import { timelineOf } from '#shared/sampling/timeline.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import { makeSuperviselyApi, type SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { checkServer } from '../check-server.ts';
import { sentenceOf, UsageError } from '../failure.ts';
import { checkAddress, folderName, wholeNumber } from '../options.ts';
import { drawPictures, share, writeSheet } from '../preview/draw-pictures.ts';
import { type PreviewedVideo, selectOf, tryQuality } from '../preview/preview-video.ts';
import { addRequestOptions, type RequestOptions, toRequest } from '../request-options.ts';
import { closingAll } from '../shutdown.ts';
import { ruleOf as lineOf, textTable } from '../table.ts';
import { findToken } from '../token.ts';

type PreviewOptions = RequestOptions & {
	server: string;
	out: string;
	pictures: number;
	videos: number;
	minutes: number;
	json?: boolean;
};

/** Most pictures of a contact sheet, and most videos: all of their indexes are in memory. */
const most = { pictures: 200, videos: 1000, minutes: 1440 };
/** Videos that are indexed at the same time. */
const indexConcurrency = 4;
/** Chosen frames that `--json` lists of each video. */
const mostListed = 200;
const sheetName = 'contact-sheet.jpg';

export function addPreview(program: Command): void {
	addRequestOptions(
		program
			.command('preview')
			.description('Shows which frames a sampling would take: a contact sheet, and a timeline of each video')
			.requiredOption('--server <url>', 'address of the server')
			.requiredOption('--out <folder>', 'folder for the pictures', folderName),
	)
		.option('--pictures <n>', 'pictures on the contact sheet', wholeNumber(1, most.pictures), 24)
		.option('--videos <n>', 'looks at so many videos, the first of the project', wholeNumber(1, most.videos), 20)
		.option(
			'--minutes <n>',
			'with rules of quality: minutes of each video to try them on',
			wholeNumber(1, most.minutes),
			10,
		)
		.option('--json', 'prints one line of JSON at the end')
		.action(preview);
}

/** What is told of a video. */
type VideoResult = {
	id: number;
	/** Null for a video that could not be looked up. */
	name: string | null;
	frames: number | null;
	seconds: number | null;
	chosen: number;
	byRule: Record<string, number>;
	/** The first of the chosen frames. */
	first: { frame: number; seconds: number; rule: string }[];
	notes: string[];
	faults: string[];
	/** File of the timeline. */
	timeline: string | null;
};

const preview = (options: PreviewOptions): Promise<void> =>
	closingAll(async onClose => {
		const { source, settings } = checkRequest(options);
		checkAddress('--server', options.server, 'https://app.supervisely.com');
		const token = await findToken(options.server);
		await checkServer(options.server, token, source.projectId);
		const supervisely = makeSuperviselyApi(connectSupervisely(options.server, async () => token, { quick: true }));
		const scope = await checkSource(supervisely, { source, settings });
		makeFolder(options.out);
		const ending = new AbortController();
		onClose(() => ending.abort());
		const decoding = { ffmpegPath: installedFfmpeg(), signal: ending.signal };

		const { items, isComplete } = await firstOf(selectedVideos(supervisely, source.projectId, scope), options.videos);
		const ids = items.map(({ video }) => video.id);
		const notes = isComplete
			? []
			: [`only the first ${ids.length} videos were looked at; --videos, up to ${most.videos}, looks at more`];
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
			const timeline = join(options.out, `timeline-${n + 1}.svg`);
			if (settings.frameQuality) say(`trying the rules of quality on ${n + 1} of ${ids.length} videos`);
			const tried = settings.frameQuality
				? await tryQuality(video, settings.frameQuality, options.minutes, decoding)
				: video;
			writeWhole(timeline, timelineFor(tried));
			previewed.push(tried);
			results.push(resultOf(tried, timeline));
		}

		const shares = share(
			options.pictures,
			previewed.map(({ chosen }) => chosen.frames.length),
		);
		const cells: Buffer[] = [];
		for (const [n, video] of previewed.entries()) {
			if (at(shares, n) === 0) continue;
			const drawn = await drawPictures(video, at(shares, n), meta, decoding);
			cells.push(...drawn.cells);
			results.find(({ id }) => id === video.video.id)?.faults.push(...drawn.faults);
		}
		const contactSheet = cells.length > 0 ? join(options.out, sheetName) : null;
		if (contactSheet) await writeSheet(cells, contactSheet);
		if (ids.length === 0) notes.push('there is no video: check --project, --dataset and --video');
		else if (!contactSheet) notes.push('no frame is chosen, so there is no contact sheet');

		if (options.json)
			console.log(JSON.stringify({ contactSheet, pictures: cells.length, isComplete, videos: results, notes }));
		else print(results, { contactSheet, pictures: cells.length, notes });
		process.exitCode = results.some(({ faults }) => faults.length > 0) ? 1 : 0;
	});

/** @throws UsageError for options that the service would refuse */
const checkRequest = (options: PreviewOptions): SamplingRequest => {
	const parsed = requestSchema.safeParse(toRequest(options));
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new UsageError(`${issue?.path.join('.')}: ${issue?.message}`);
};

const say = (line: string): void => {
	if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
};

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

/** Makes the folder, without the pictures of an earlier preview. */
const makeFolder = (folder: string): void => {
	try {
		mkdirSync(folder, { recursive: true });
		const earlier = readdirSync(folder).filter(name => name === sheetName || /^timeline-\d+\.svg$/.test(name));
		for (const name of earlier) rmSync(join(folder, name));
	} catch (error) {
		throw new UsageError(
			`--out is ${JSON.stringify(folder)}: it can't be used as a folder (${messageOf(error)}); name another one`,
		);
	}
};

const writeWhole = (file: string, text: string): void => {
	try {
		writeFileSync(file, text);
	} catch (error) {
		if (existsSync(file)) rmSync(file);
		throw new FramefanError(`${file} can't be written (${messageOf(error)}): free space, or name another --out`);
	}
};

/** A video that can't be read; other errors are those of the command. */
const unreadable = (id: number, error: unknown, signal: AbortSignal): VideoResult => {
	if (signal.aborted || !(error instanceof PermanentError)) throw error;
	const nothing = { name: null, frames: null, seconds: null, chosen: 0, byRule: {}, first: [], timeline: null };
	return { id, ...nothing, notes: [], faults: [sentenceOf(error)] };
};

const timelineFor = ({ video, times, index, annotation, chosen, quality }: PreviewedVideo): string =>
	timelineOf({
		title: video.name,
		times,
		isKey: frame => at(index.key, at(index.shown, frame)) === 1,
		isAnnotated: annotation?.labels.hasFigures,
		chosen,
		more: [
			...(quality && quality.dropped.size > 0
				? [{ name: 'not good enough', frames: [...quality.dropped.keys()].sort((a, b) => a - b) }]
				: []),
			...(quality && quality.untried.length > 0 ? [{ name: 'not tried', frames: quality.untried }] : []),
		],
	});

const resultOf = ({ video, times, chosen, notes, faults }: PreviewedVideo, timeline: string): VideoResult => {
	const byRule: Record<string, number> = {};
	for (const rule of chosen.rules) byRule[rule] = (byRule[rule] ?? 0) + 1;
	const first = chosen.frames
		.slice(0, mostListed)
		.map((frame, n) => ({ frame, seconds: secondsOf(times, frame), rule: at(chosen.rules, n) }));
	return {
		...{ id: video.id, name: video.name, frames: times.count },
		seconds: times.count === 0 ? 0 : secondsOf(times, times.count - 1),
		...{ chosen: chosen.frames.length, byRule, first, notes, faults: [...faults], timeline },
	};
};

/** 80 columns with what is between them. */
const widths = [4, 22, 7, 7, 28];

const print = (
	results: VideoResult[],
	{ contactSheet, pictures, notes }: { contactSheet: string | null; pictures: number; notes: string[] },
): void => {
	const rows = results.map(({ name, id, frames, chosen, byRule, notes: own, faults }, n) => {
		const rules = Object.entries(byRule).map(([rule, count]) => `${count} by ${rule}`);
		const remarks = [rules.join(', '), ...own, ...faults.map(fault => `fault: ${fault}`)].filter(Boolean);
		return [
			String(n + 1),
			printable(name ?? `video ${id}`),
			String(frames ?? ''),
			String(chosen),
			printable(remarks.join('; ')),
		];
	});
	const head = ['', 'video', 'frames', 'chosen', 'notes'];
	if (rows.length > 0) console.log(textTable(widths, [head, lineOf(widths), ...rows]));
	for (const note of notes) console.log(`note: ${note}`);
	if (contactSheet) console.log(`${contactSheet}: ${pictures} pictures`);
	const timelines = results.flatMap(({ timeline }) => timeline ?? []);
	const [first] = timelines;
	if (first !== undefined) console.log(`${timelines.length > 1 ? `${first} and ${timelines.length - 1} more` : first}`);
};

/** A name of the server for a terminal, without what would steer it. */
const printable = (text: string): string => text.replace(/\p{C}/gu, '?');
