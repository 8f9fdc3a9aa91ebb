import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { demoVideos } from '#demo/project/make-project.ts';
import { checkDemoResult } from '#test/check-demo-result.ts';
import { lastJson, runFramefan, startFramefan, until } from '#test/framefan-command.ts';
import type { DemoSelection } from '../../cli/demo-selection.ts';

const data = mkdtempSync(join(tmpdir(), 'framefan-demo-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const every = ({ frames }: { frames: number }) => Array.from({ length: frames }, (_, index) => index);
const frames = demoVideos.reduce((sum, video) => sum + video.frames, 0);

/** Processes whose command line names the data folder. */
const processesOf = (folder: string): number[] => {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
		.filter(pid => {
			try {
				return (
					readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder) ||
					readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
				);
			} catch {
				return false;
			}
		})
		.map(Number);
};

test('a demo that was killed and started again ends with every frame and label in place', async () => {
	const first = startFramefan(['demo', '--data', data, '--json']);
	await until(
		() => /^([1-9]\d*)\/1500 frames/m.test(first.output()) || first.child.exitCode !== null,
		150,
		'frames were uploaded',
	);
	first.child.kill('SIGKILL');
	expect(await first.finished).toMatchObject({ signal: 'SIGKILL' });
	expect(existsSync(join(data, 'result.json'))).toBe(false);
	if (existsSync('/proc')) await until(() => processesOf(data).length === 0, 10, 'its sandboxes had ended');

	const second = await runFramefan(['demo', '--data', data, '--json']);
	expect(second.code, second.stderr).toBe(0);
	const result = lastJson(second.stdout);
	expect(result).toMatchObject({
		...{
			state: 'completed',
			videos: 4,
			framesPlanned: frames,
			framesUploaded: frames,
			framesAlreadyThere: 0,
			faults: [],
		},
		...{ project: join(data, 'result', 'project'), contactSheet: join(data, 'result', 'contact-sheet.png') },
	});
	const checked = await checkDemoResult(result.project as string, every);
	expect(checked).toEqual({ images: frames, labels: result.labels });
	const sheet = await sharp(result.contactSheet as string).metadata();
	expect(sheet.format).toBe('png');
	expect(sheet.width).toBeGreaterThan(1000);

	const third = await runFramefan(['demo', '--data', data]);
	expect(third.code, third.stderr).toBe(0);
	expect(third.stderr).toContain('Already completed');
	expect(third.stdout).toContain(`${frames} uploaded`);

	expect(second.stdout.trim().split('\n')).toHaveLength(1);
	const { selection } = result as { selection: DemoSelection };
	await checkSelection(selection, join(data, 'result', 'selection'));
	expect(third.stdout).toContain(
		`\n  a selection    ${selection.options}\n  contact sheet  ${selection.contactSheet}\n`,
	);
	const lines = third.stdout.replaceAll(data, '.framefan/demo').split('\n');
	expect(lines.filter(line => line.length > 80)).toEqual([]);

	// The result of an interrupted preview, or of a release that had none.
	const { selection: _, ...main } = result;
	writeFileSync(join(data, 'result.json'), JSON.stringify(main));
	rmSync(join(data, 'result', 'selection'), { recursive: true });
	const fourth = await runFramefan(['demo', '--data', data, '--json']);
	expect(fourth.code, fourth.stderr).toBe(0);
	expect(lastJson(fourth.stdout)).toEqual(result);
	expect(existsSync(selection.contactSheet as string)).toBe(true);
});

/** Holds the pictures of the selection against its options: three frames over each video, and the first with a ball. */
const checkSelection = async ({ options, contactSheet, timelines, faults }: DemoSelection, folder: string) => {
	expect({ options, faults }).toEqual({ options: '--count 3 --class ball --per-class 1', faults: [] });
	expect(contactSheet).toBe(join(folder, 'contact-sheet.jpg'));
	const { format, width, height } = await sharp(contactSheet as string).metadata();
	// A row of four pictures for each video, two lines below each.
	expect({ format, width, height }).toEqual({ format: 'jpeg', width: 4 * 330 + 10, height: 4 * 234 + 10 });
	expect(timelines).toEqual([1, 2, 3, 4].map(n => join(folder, `timeline-${n}.svg`)));
	const titles = timelines.map(file => {
		const svg = readFileSync(file, 'utf8');
		expect(XMLValidator.validate(svg)).toBe(true);
		const texts = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map(([, text]) => text);
		expect(texts.slice(-4)).toEqual(['by count', '3', 'by annotated', '1']);
		return texts[0];
	});
	expect(titles.toSorted()).toEqual(demoVideos.map(({ name }) => name).toSorted());
};
