import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { demoVideos } from '#demo/project/make-project.ts';
import { checkDemoResult } from '#test/check-demo-result.ts';
import { lastJson, runFramefan, startFramefan, until } from '#test/framefan-command.ts';

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
});
