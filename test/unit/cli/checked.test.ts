import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addRequestOptions, inOptions, type RequestOptions, toRequest } from '#cli/request-options.ts';
import { temporaryFolder } from '#test/supervisely-server.ts';

const optionsOf = (args: string[]) => {
	const command = addRequestOptions(new Command())
		.exitOverride()
		.configureOutput({ writeErr: () => {} });
	return command.parse(['--project', '5', ...args], { from: 'user' }).opts<RequestOptions>();
};
const requestOf = (args: string[]) => toRequest(optionsOf(args));

/** A settings file with a text. */
const fileWith = async (text: string) => {
	const file = join(await temporaryFolder(), 'settings.yaml');
	writeFileSync(file, text);
	return file;
};

describe('what options say wrong is told by their names', () => {
	test.each([
		[
			'--even-labelled',
			'--even-labelled alone sets no condition on frames: add --sharpest-of, --drop-near-duplicates, --min-sharpness, --min-brightness or --max-brightness',
		],
		['--min-brightness 9 --max-brightness 8', '--min-brightness is 9 and --max-brightness is 8: no frame has both'],
		['--min-sharpness 2000000', '--min-sharpness is 2000000: it must be a number from 0 to 1000000'],
		['--sharpest-of 2m', '--sharpest-of is "2m": it must be a duration such as "500ms" or "2s", at most "1m"'],
		['--step 2 --count 5', '--step is 2 and the rule --count says exactly which frames: leave one of them out'],
		['--start 9 --frames 3', '--frames has 3, and --start is 9: widen the range, or leave the frame out'],
		['--start 9 --end 5', '--end is 5 and --start is 9: the end is exclusive, so it must be greater than the start'],
		['--format webp --resize 16384x', '--resize has a side of 16384 and --format is webp: WebP allows at most 16383'],
		['--quality 50', '--quality is 50 and --format is png: PNG is lossless, so leave it out or choose jpg or webp'],
		['--split train=0.5,val=0.2', '--split has the shares train 0.5, val 0.2: they sum to 0.7 and must sum to 1'],
		['--split train=1 --split-gap 2s', '--split-gap is "2s" and --split-by is video: a video is in one split'],
		['--split train=1 --split-by time --split-block 1ms', '--split-block is "1ms": it must be a duration from "1s"'],
	])('%s', (args, message) => expect(() => requestOf(args.split(' '))).toThrow(message));
});

test('a name that is too long is refused by its option', () =>
	expect(() => requestOf(['--name', 'x'.repeat(201)])).toThrow(
		/^--name is "x+…: it must be a text of 1 to 200 characters$/,
	));

describe('what a settings file says wrong is told by its path there', () => {
	test.each([
		['frameQuality: { evenLabelled: true }', '', ': frameQuality: evenLabelled alone sets no condition'],
		['select: [{ fps: 0 }]', '', ': select[0].fps: fps is 0: it must be a number from 0.000001 to 1000'],
		['select: [{ count: 5 }]', '--step 2', ': --step is 2 and the rule count says exactly which frames'],
		['step: 2', '--count 5', ': step: step is 2 and the rule count says exactly'],
		['quality: { minSharpness: 5 }', '', 'for rules on the quality of frames use frameQuality'],
	])('%s with %j', async (text, args, message) => {
		const file = await fileWith(text);
		const given = () => requestOf(['--settings', file, ...args.split(' ').filter(Boolean)]);
		expect(given).toThrow(`--settings is ${file}`);
		expect(given).toThrow(message);
	});
	test('an option goes with what the file says', async () => {
		const file = await fileWith('format: jpg');
		expect(requestOf(['--settings', file, '--quality', '50']).settings).toEqual({ format: 'jpg', quality: 50 });
	});
});

describe('settings files that cannot be read', () => {
	test.each([
		['a: [1,\nb: }', 'line 2, column 1 of it is neither YAML nor JSON, so correct it (Flow sequence in block'],
		['{"step": 2,}}', 'line 1, column 13 of it is neither YAML nor JSON, so correct it ('],
		['a: *b', 'it is neither YAML nor JSON, so correct it (Unresolved alias'],
		['[1]', 'it must hold settings, such as "step: 10"'],
	])('%j', async (text, message) => {
		const file = await fileWith(text);
		expect(() => requestOf(['--settings', file])).toThrow(`--settings is ${file}: ${message}`);
		expect(() => requestOf(['--settings', file])).not.toThrow(/\n|:$/);
	});
	test('none, and a folder', async () => {
		const folder = await temporaryFolder();
		const none = join(folder, 'none.yaml');
		expect(() => requestOf(['--settings', none])).toThrow(
			`--settings is ${none}: there is no such file, so check the path`,
		);
		mkdirSync(none);
		expect(() => requestOf(['--settings', none])).toThrow(
			`--settings is ${none}: it is a folder, so name a file in it`,
		);
	});
});

test('a refusal of the service is told by the options that were given', async () => {
	const refusal = 'settings.select[0].annotated.classes has "cat", and project 5 has no such class: it has "car"';
	expect(inOptions(refusal, optionsOf(['--class', 'cat']))).toBe(
		'--class has "cat", and project 5 has no such class: it has "car"',
	);
	const file = await fileWith('select: [{ annotated: { classes: [cat] } }]');
	expect(inOptions(refusal, optionsOf(['--settings', file]))).toBe(refusal);
	expect(inOptions('source.projectId: Project 5 is not there', optionsOf([]))).toBe(
		'--project: Project 5 is not there',
	);
});
