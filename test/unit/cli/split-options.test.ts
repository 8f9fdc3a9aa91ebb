import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addSplitOptions, splitSettings } from '#cli/split-options.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';

const settingsOf = (...args: string[]) => {
	const command = addSplitOptions(new Command())
		.exitOverride()
		.configureOutput({ writeErr: () => {} });
	return splitSettings(command.parse(args, { from: 'user' }).opts());
};

test('options become the setting split', () => {
	expect(settingsOf()).toBeUndefined();
	expect(settingsOf('--split', 'train=0.8, val=.1,test=0.1')).toEqual({ train: 0.8, val: 0.1, test: 0.1 });
	const split = settingsOf(
		...['--split', 'train=1', '--split-by', 'time', '--split-block', '30s', '--split-gap', '0s', '--split-seed', '0'],
	);
	expect(settingsSchema.parse({ split }).split).toEqual({ train: 1, by: 'time', block: '30s', gap: '0s', seed: 0 });
});

test.each([
	[['--split', '0.8'], 'It must be shares with commas between them, such as train=0.8,val=0.1,test=0.1.'],
	[['--split', 'train=80%'], 'train is 80%: it must be a share from 0 to 1, such as train=0.8,val=0.1,test=0.1.'],
	[['--split', 'train=-1,val=2'], 'train is -1: it must be a share from 0 to 1'],
	[['--split', 'train=2'], 'train is 2: it must be a share from 0 to 1'],
	[['--split', 'dev=1'], 'dev is not a split: name train, val and test, such as train=0.8,val=0.1,test=0.1.'],
	[['--split', 'train=0.5,train=0.5'], 'train has two shares: give it one.'],
	[['--split', 'train=1', '--split-by', 'frame'], 'Allowed choices are video, scene, time.'],
	[['--split-seed', '3'], '--split-seed is 3 without --split: give the shares, such as --split train=0.9,val=0.1'],
])('%j is refused', (args, message) => expect(() => settingsOf(...args)).toThrow(message));
