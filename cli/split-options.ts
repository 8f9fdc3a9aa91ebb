import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import { type SplitName, splitNames } from '#shared/sampling/split-settings.ts';
import { UsageError } from './failure.ts';
import { wholeNumber } from './options.ts';

type Split = NonNullable<SettingsInput['split']>;

/** Options that say which images are for training, validation and testing. */
export type SplitOptions = {
	split?: Partial<Record<SplitName, number>>;
	splitBy?: NonNullable<Split['by']>;
	splitBlock?: string;
	splitGap?: string;
	splitSeed?: number;
};

/** Adds the options that say which images are for training, validation and testing. */
export function addSplitOptions(command: Command): Command {
	return command
		.option('--split <shares>', 'images for training, validation and testing: train=0.8,val=0.1,test=0.1', shares)
		.addOption(
			new Option('--split-by <what>', 'what stays together; default: video').choices(['video', 'scene', 'time']),
		)
		.option('--split-block <duration>', 'with --split-by time: length of a block; default: 1m')
		.option('--split-gap <duration>', 'by scene or time: gap between frames of different splits; default: 1s')
		.option('--split-seed <n>', 'seed of the split: another seed gives another split; default: 0', wholeNumber(0));
}

/** The split of the given options; undefined if there is none. @throws UsageError for options without --split */
export function splitSettings({
	split,
	splitBy: by,
	splitBlock: block,
	splitGap: gap,
	splitSeed: seed,
}: SplitOptions): SettingsInput['split'] {
	const more = Object.entries({ by, block, gap, seed }).filter(([, value]) => value !== undefined);
	const [first] = more;
	if (split) return { ...split, ...Object.fromEntries(more) };
	if (!first) return undefined;
	const [name, value] = first;
	throw new UsageError(
		`--split-${name} is ${value} without --split: give the shares, such as --split train=0.9,val=0.1`,
	);
}

const shares = (text: string): Partial<Record<SplitName, number>> => {
	const found: Partial<Record<SplitName, number>> = {};
	for (const each of text.split(',')) {
		const [, name, share = ''] = /^(\w+)=(.*)$/.exec(each.trim()) ?? [];
		const known = splitNames.find(split => split === name);
		if (name === undefined) throw new InvalidArgumentError(`It must be shares with commas between them, ${example}.`);
		if (!known) throw new InvalidArgumentError(`${name} is not a split: name train, val and test, ${example}.`);
		if (found[known] !== undefined) throw new InvalidArgumentError(`${name} has two shares: give it one.`);
		if (!/^(\d+(\.\d+)?|\.\d+)$/.test(share) || Number(share) > 1)
			throw new InvalidArgumentError(`${name} is ${share}: it must be a share from 0 to 1, ${example}.`);
		found[known] = Number(share);
	}
	return found;
};

const example = 'such as train=0.8,val=0.1,test=0.1';
