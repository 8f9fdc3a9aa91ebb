import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { ok, temporaryFolder } from '#test/supervisely-server.ts';
import type { Workbench } from '#test/workbench.ts';

type Previewed = {
	contactSheet: string | null;
	pictures: number;
	isComplete: boolean;
	notes: string[];
	videos: {
		name: string;
		frames: number;
		chosen: number;
		byRule: Record<string, number>;
		first: { frame: number; seconds: number; rule: string }[];
		notes: string[];
		faults: string[];
		timeline: string;
	}[];
};

let bench: Workbench;
let env: Record<string, string>;
beforeAll(async () => {
	({ bench, env } = await openDeployment());
});
afterAll(() => bench.close());

const run = (command: string, args: string[]) =>
	runFramefan([command, '--project', String(bench.source), ...args], env);
const preview = (args: string[]) => run('preview', ['--server', bench.server.address, ...args]);

/** Frames that a sampling takes, by the name of the video. */
const sampledFrames = async (args: string[]): Promise<Record<string, number[]>> => {
	const sampling = await run('sample', ['--api', bench.stack.httpUrl, ...args, '--json']);
	const { destination } = lastJson(sampling.stdout) as { destination: { id: number } };
	const { entities } = await ok(bench.server, 'images.list', { projectId: destination.id, recursive: true });
	const taken: Record<string, number[]> = {};
	for (const { meta } of entities as { meta: { video_name: string; frame_index: number } }[])
		taken[meta.video_name] = [...(taken[meta.video_name] ?? []), meta.frame_index].sort((a, b) => a - b);
	return taken;
};

/** The size of a sheet of so many pictures, two lines below each. */
const sheetSize = (columns: number, rows: number) => ({ width: columns * 330 + 10, height: rows * 234 + 10 });

test('a preview shows the frames that a sampling takes, and creates nothing', async () => {
	const out = join(await temporaryFolder(), 'preview');
	const settings = join(await temporaryFolder(), 'settings.yaml');
	writeFileSync(settings, 'select:\n  - every: 1s\n  - frames: [4, 10, 29]\n  - annotated: { objects: [999999] }\n');
	const selection = ['--settings', settings, '--around', '1'];
	const before = bench.server.projects();
	const { code, stdout, stderr } = await preview([...selection, '--out', out, '--pictures', '10', '--json']);
	expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
	const shown = lastJson(stdout) as Previewed;
	expect(bench.server.projects()).toEqual(before);
	const notes = ['some frames are taken by several rules, and counted for each'];
	expect(shown).toMatchObject({ pictures: 10, isComplete: true, notes });
	expect(shown.videos.map(({ name, frames, chosen }) => [name, frames, chosen])).toEqual([
		['first.mp4', 30, 13],
		['second.mkv', 30, 13],
	]);
	expect(shown.videos[0]?.byRule).toEqual({ every: 3, frames: 3, around: 8 });
	expect(shown.videos[0]?.notes[0]).toContain('takes no frame: no frame has');

	const { width, height, format } = await sharp(shown.contactSheet as string).metadata();
	expect({ width, height, format }).toEqual({ ...sheetSize(4, 3), format: 'jpeg' });
	expect(readdirSync(out).sort()).toEqual(['contact-sheet.jpg', 'timeline-1.svg', 'timeline-2.svg']);
	for (const { timeline, name } of shown.videos) {
		const svg = readFileSync(timeline, 'utf8');
		expect(XMLValidator.validate(svg)).toBe(true);
		expect(svg).toContain(`${name}: 30 frames, 0:03.0, 13 chosen`);
	}

	const taken = await sampledFrames(selection);
	for (const { name, first } of shown.videos) expect(first.map(({ frame }) => frame)).toEqual(taken[name]);
});

test('quality rules decide as in a sampling, and videos beyond the limit are named in a note', async () => {
	const out = join(await temporaryFolder(), 'preview');
	const rules = ['--sharpest-of', '500ms', '--even-labelled'];
	const { code, stdout } = await preview([...rules, '--videos', '1', '--out', out]);
	expect(code).toBe(0);
	expect(stdout).toContain('note: only the first 1 videos were looked at; --videos, up to 1000, looks at more');
	expect(stdout.replaceAll(/\s+\|?\s*\|?/g, ' ')).toMatch(/6 by all; low quality: 24 +lessSharp/);
	for (const line of stdout.split('\n').filter(each => each.includes(' | ')))
		expect(line.length).toBeLessThanOrEqual(80);
	expect(readFileSync(join(out, 'timeline-1.svg'), 'utf8')).toContain('>low quality<');

	const again = await preview([...rules, '--videos', '1', '--out', out, '--json']);
	const [video] = (lastJson(again.stdout) as Previewed).videos;
	const taken = await sampledFrames(rules);
	expect(video?.first.map(({ frame }) => frame)).toEqual(taken[video?.name ?? '']);
});

test('files of others in the folder are neither removed nor overwritten', async () => {
	const out = join(await temporaryFolder(), 'preview');
	mkdirSync(out);
	const [sheet, timeline, other] = ['contact-sheet.jpg', 'timeline-1.svg', 'timeline-7.svg'].map(name =>
		join(out, name),
	) as [string, string, string];
	writeFileSync(other, 'mine');
	const first = await preview(['--count', '1', '--out', out]);
	expect(first.code, first.stderr).toBe(0);
	expect(readFileSync(other, 'utf8')).toBe('mine');
	// What a preview has made is replaced, and removed where the next one has fewer.
	const fewer = await preview(['--count', '1', '--videos', '1', '--out', out]);
	expect(fewer.code, fewer.stderr).toBe(0);
	expect(readdirSync(out).sort()).toEqual(['contact-sheet.jpg', 'timeline-1.svg', 'timeline-7.svg']);
	for (const file of [sheet, timeline]) {
		const own = readFileSync(file);
		writeFileSync(file, 'mine');
		const refused = await preview(['--count', '1', '--out', out]);
		expect([refused.code, refused.stdout]).toEqual([2, '']);
		expect(refused.stderr).toContain(`has a file ${basename(file)} that no preview has made`);
		expect(readFileSync(file, 'utf8')).toBe('mine');
		writeFileSync(file, own);
	}
});

test('what cannot be shown is told in a sentence', async () => {
	const out = join(await temporaryFolder(), 'preview');
	const misspelt = await preview(['--class', 'none', '--out', out]);
	expect(misspelt.code).toBe(1);
	expect(misspelt.stderr).toMatch(/^error: --class has "none", and project \d+ has no such class: it has "car", /);
	const nothing = await preview(['--object', '999999', '--out', out]);
	expect(nothing.code).toBe(0);
	expect(nothing.stdout).toContain('note: no frame is chosen, so there is no contact sheet');
	expect(existsSync(join(out, 'contact-sheet.jpg'))).toBe(false);

	const file = join(await temporaryFolder(), 'file');
	writeFileSync(file, '');
	const wrong = await preview(['--out', file]);
	expect(wrong.code).toBe(2);
	expect(wrong.stderr).toMatch(/^error: --out is ".*file": it can't be used as a folder \(.*\); name another one\n$/);

	const unknown = await preview(['--out', out, '--video', '999']);
	expect([unknown.code, unknown.stderr]).toEqual([1, 'error: There is no video 999: check the id\n']);
});
