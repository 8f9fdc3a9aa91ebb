import type { Command } from 'commander';
import { FramefanError } from '#shared/errors.ts';
import { requestSchema, type SamplingRequestInput } from '#shared/sampling/request.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import type { Resize } from '#shared/size.ts';
import { checked } from './checked.ts';
import { UsageError } from './failure.ts';
import { addImageOptions, type ImageArguments, imageSettings } from './image-options.ts';
import { optionOf } from './option-names.ts';
import { amount, heightByWidth, repeatable, wholeNumber } from './options.ts';
import {
	addLabelOptions,
	addQualityOptions,
	addSelectOptions,
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
		.option('--dataset <id>', 'only this dataset; can be repeated', repeatable(wholeNumber(1)))
		.option('--nested', 'also the datasets nested in the chosen ones')
		.option('--video <id>', 'only this video; can be repeated', repeatable(wholeNumber(1)));
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

/** @throws UsageError for options, or a settings file, that the service would refuse */
export function toRequest(options: RequestOptions): SamplingRequestInput {
	const own = settingsOf(options);
	const fromFile = options.settings === undefined ? {} : readSettingsFile(options.settings);
	if (options.into !== undefined && options.name !== undefined) {
		throw new UsageError(
			`--into ${options.into} is an existing project, --name ${options.name} a new one: give only one`,
		);
	}
	if (options.name?.trim() === '')
		throw new UsageError('--name is empty: give the new project a name, or leave it out');
	const request = {
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
		settings: { ...fromFile, ...own },
	};
	const others = Object.entries(fromFile).filter(([setting]) => !(setting in own));
	const file =
		options.settings === undefined ? undefined : { path: options.settings, settings: Object.fromEntries(others) };
	checked(requestSchema, request, file);
	return request;
}

/**
 * Awaits a call of the service for a command line. Errors name the options instead of the paths in the request that the
 * options set.
 */
export async function tellingOptions<Result>(options: RequestOptions, work: Promise<Result>): Promise<Result> {
	return work.catch(error => {
		if (error instanceof FramefanError) error.message = inOptions(error.message, options);
		throw error;
	});
}

/** Replaces paths in the request by the options that set them, in a message of the service. */
export function inOptions(message: string, options: RequestOptions): string {
	const own = settingsOf(options);
	return message.replace(/\b(settings|source|destination)(\.\w+|\[\d+\])+/g, path => {
		const [head, setting = ''] = path.split(/[.[]/);
		return head === 'settings' && !(setting in own) ? path : (optionOf(path.replace(/\[\d+\]/g, '')) ?? path);
	});
}

/** The settings of the given options; those that are not given are absent. */
const settingsOf = (options: RequestOptions): SettingsInput => {
	const { start, end, step, annotated, annotatedByTags, resize, labels, replace } = options;
	const frameQuality = qualitySettings(options);
	const split = splitSettings(options);
	return {
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
		...imageSettings(options),
	};
};
