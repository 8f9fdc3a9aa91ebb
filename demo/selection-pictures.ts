import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '#shared/at.ts';
import { type Rule, ruleNames } from '#shared/sampling/select/rules.ts';
import { selectFrames } from '#shared/sampling/select/select-frames.ts';
import { selectionSource } from '#shared/sampling/select/selection-source.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { timelineOf } from '#shared/sampling/timeline.ts';
import { makeFrameLabels } from '#shared/supervisely/annotation/frame-labels.ts';
import { objectSchema } from '#shared/supervisely/annotation/video-object.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { findScenes } from '#shared/video/scenes.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { videoAnnotation } from './project/labels.ts';
import { demoVideos, writeDemoVideo } from './project/make-project.ts';

const name = 'variable-rate.mp4';

/** The example of each rule. `only`: labels of other classes are ignored. */
const examples: { [Name in (typeof ruleNames)[number]]: { rule: Rule; only?: string } } = {
	fps: { rule: { fps: 2 } },
	every: { rule: { every: '2s' } },
	count: { rule: { count: 12 } },
	frames: { rule: { frames: [0, 42, 300] } },
	times: { rule: { times: ['0:01.5', '0:07', 12.25] } },
	random: { rule: { random: 20, seed: 7 } },
	keyFrames: { rule: { keyFrames: true } },
	scenes: { rule: { scenes: { perScene: 3 } } },
	annotated: { rule: { annotated: { classes: ['ball', 'beacon'], perClass: 15 } } },
	figureChanges: { rule: { figureChanges: true }, only: 'car' },
};

/** A picture for each rule in docs/selection.md, by file name: which frames the rule takes of a video of the demo. */
export async function selectionPictures(): Promise<Map<string, string>> {
	const folder = await mkdtemp(join(tmpdir(), 'framefan-selection-'));
	try {
		const video = demoVideos.find(each => each.name === name) as (typeof demoVideos)[number];
		const file = join(folder, name);
		await writeDemoVideo(video, file);
		const source = await openFile(file);
		const decoding = { ffmpegPath: installedFfmpeg(), signal: new AbortController().signal };
		const index = await indexVideo(source, decoding);
		const scenes = await findScenes(source, index, { start: 0, end: index.shown.length }, decoding);
		await source.close();
		const annotation = (await videoAnnotation(name, video.frames, video.size)) as DemoAnnotation;
		const pictures = ruleNames.map((ruleName): [string, string] => {
			const { rule, only } = examples[ruleName];
			const labels = labelsOf(annotation, only);
			const settings = settingsSchema.parse({ select: [rule] });
			const chosen = selectFrames(settings, { ...selectionSource(index, name), labels, scenes });
			const { times, isKey } = selectionSource(index, name);
			const text = JSON.stringify(rule)
				.replaceAll(/(?<=[:,])(?=\S)/g, ' ')
				.replaceAll(/(?<=\d:) (?=\d)/g, '');
			const title = only ? `${text}, labels of class ${only}` : text;
			const svg = timelineOf({
				title,
				times,
				isKey,
				isAnnotated: labels.hasFigures,
				chosen,
				scenes: 'scenes' in rule ? scenes : [],
			});
			return [`selection-${ruleName}.svg`, svg];
		});
		return new Map(pictures);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

type DemoAnnotation = {
	objects: { key: string; classTitle: string }[];
	frames: { index: number; figures: { objectKey: string; trackId?: string }[] }[];
};

/** The labels of an annotation in the project-folder format, whose objects have keys instead of ids. */
const labelsOf = ({ objects, frames }: DemoAnnotation, only: string | undefined) => {
	const shown = objects.filter(({ classTitle }) => only === undefined || classTitle === only);
	const ids = new Map(shown.map(({ key }, n) => [key, n + 1]));
	const labels = makeFrameLabels();
	for (const { index, figures } of frames) {
		const known = figures.filter(({ objectKey }) => ids.has(objectKey));
		labels.add(
			index,
			known.map(({ objectKey, ...figure }) => ({ ...figure, objectId: ids.get(objectKey) })),
		);
	}
	return labels.labels(
		[],
		shown.map(({ classTitle }, n) => objectSchema.parse({ id: n + 1, classTitle, tags: [] })),
	);
};

/** Writes the pictures: `npm run pictures`. */
if (process.argv[1] === import.meta.filename) {
	const docs = join(import.meta.dirname, '..', 'docs');
	const pictures = [...(await selectionPictures())];
	for (const [file, svg] of pictures) writeFileSync(join(docs, file), svg);
	console.log(`${pictures.length} pictures in docs, from ${at(pictures, 0)[0]} on`);
}
