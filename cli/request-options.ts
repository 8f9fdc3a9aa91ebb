import type { Command } from 'commander';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import type { Resize } from '#shared/size.ts';
import { checkSettings } from './check-settings.ts';
import { UsageError } from './failure.ts';
import { addImageOptions, type ImageArguments, imageArguments } from './image-options.ts';
import { amount, heightByWidth, wholeNumber, wholeNumbers } from './options.ts';
import {
	addLabelOptions,
	addQualityOptions,
	addSelectOptions,
	checkRange,
	type LabelOptions,
	type QualityOptions,
	qualitySettings,
	type SelectOptions,
	selectSettings,
} from './select-options.ts';
import { readSettingsFile } from './settings-file.ts';
import { addSplitOptions, type SplitOptions, splitSettings } from './split-options.ts';

/** Options of the command line for a sampling request. */
export type RequestOptions = ImageArguments &
	SelectOptions &
	QualityOptions &
	SplitOptions &
	LabelOptions & {
		project: number;
		into?: number;
		name?: string;
		dataset?: number[];
		nested?: boolean;
		video?: number[];
		start?: number;
		end?: number;
		step?: number;
		annotated?: boolean;
		annotatedByTags?: boolean;
		resize?: Resize;
		labels: boolean;
		replace?: boolean;
		maxFrames?: number;
		maxDollars?: number;
		settings?: string;
	};

export function addRequestOptions(command: Command): Command {
	const where = command
		.requiredOption('--project <id>', 'the video project', wholeNumber(1))
		.option('--into <id>', 'an existing images project; default: a new one', wholeNumber(1))
		.option('--name <name>', 'name of the new project; default: "<source>(images)"')
		.option('--dataset <id>', 'only this dataset; can be repeated', wholeNumbers(1))
		.option('--nested', 'also the datasets nested in the chosen ones')
		.option('--video <id>', 'only this video; can be repeated', wholeNumbers(1));
	const select = addSplitOptions(
		addQualityOptions(
			addLabelOptions(
				addSelectOptions(
					where
						.option('--settings <file>', 'settings of the HTTP API, as YAML or JSON; options here override them')
						.option('--start <n>', 'first frame', wholeNumber(0))
						.option('--end <n>', 'end frame, exclusive', wholeNumber(1))
						.option('--step <n>', 'every n-th frame', wholeNumber(1))
						.option('--annotated', 'only frames with figures')
						.option('--annotated-by-tags', 'only frames with figures, or in the frame range of a video tag'),
				),
			),
		),
	);
	return addImageOptions(
		select
			.option(
				'--resize <HxW>',
				'height and width of the images in pixels; give one to keep the aspect ratio',
				heightByWidth,
			)
			.option('--no-labels', 'copies no labels')
			.option('--replace', 'uploads existing images of another size again')
			.option('--max-frames <n>', 'limit on the new images; videos beyond it become faults', wholeNumber(1))
			.option('--max-dollars <amount>', 'the same for their estimated cost on AWS', amount),
	);
}

/** @throws UsageError for conflicting options */
export function toRequest(options: RequestOptions): SamplingRequestInput {
	const { start, end, step, annotated, annotatedByTags, resize, labels, replace } = options;
	checkRange(options);
	const fromFile = options.settings === undefined ? {} : readSettingsFile(options.settings);
	const image = imageArguments(options);
	const frameQuality = qualitySettings(options);
	const split = splitSettings(options);
	if (options.into !== undefined && options.name !== undefined) {
		throw new UsageError(
			`--into ${options.into} is an existing project, --name ${options.name} a new one: give only one`,
		);
	}
	if (options.name?.trim() === '')
		throw new UsageError('--name is empty: give the new project a name, or leave it out');
	const settings = {
		...fromFile,
		...(start === undefined ? {} : { start }),
		...(end === undefined ? {} : { end }),
		...(step === undefined ? {} : { step }),
		...(annotated || annotatedByTags ? { annotated: true } : {}),
		...(annotatedByTags ? { annotatedByTags } : {}),
		...selectSettings(options),
		...(frameQuality ? { frameQuality } : {}),
		...(split ? { split } : {}),
		...(resize ? { resize } : {}),
		...(labels ? {} : { copyAnnotations: false }),
		...(replace ? { replace } : {}),
		...image,
	};
	checkSettings(settings, options.settings);
	return {
		source: {
			projectId: options.project,
			...(options.dataset ? { datasetIds: options.dataset } : {}),
			...(options.nested ? { includeNested: true } : {}),
			...(options.video ? { videoIds: options.video } : {}),
		},
		destination: {
			...(options.into === undefined ? {} : { projectId: options.into }),
			...(options.name === undefined ? {} : { name: options.name }),
		},
		...(options.maxFrames === undefined ? {} : { maxFrames: options.maxFrames }),
		...(options.maxDollars === undefined ? {} : { maxDollars: options.maxDollars }),
		settings,
	};
}
