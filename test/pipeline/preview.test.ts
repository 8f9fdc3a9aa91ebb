import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

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

/** A server with the tiny project: two videos of 30 frames at 10 a second. */
const start = async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const { id: project } = await server.importVideoProject(folder);
	const out = join(await temporaryFolder(), 'preview');
	const run = (command: string, args: string[]) =>
		runFramefan([command, '--server', server.address, '--project', String(project), ...args], {
			SUPERVISELY_API_TOKEN: server.token,
		});
	const projects = async () => (await ok(server, 'projects.list', { workspaceId: 1 })).entities;
	return { server, out, run, projects };
};

/** The size of a sheet of so many pictures, two lines below each. */
const sheetSize = (columns: number, rows: number) => ({ width: columns * 330 + 10, height: rows * 234 + 10 });

test('a preview shows the frames that a sampling takes, and creates nothing', async () => {
	const { server, out, run, projects } = await start();
	const settings = join(await temporaryFolder(), 'settings.yaml');
	writeFileSync(settings, 'select:\n  - every: 1s\n  - frames: [4, 10, 29]\n  - annotated: { objects: [999999] }\n');
	const selection = ['--settings', settings, '--around', '1'];
	const before = await projects();
	const preview = await run('preview', [...selection, '--out', out, '--pictures', '10', '--json']);
	expect(preview.stderr).toBe('');
	expect(preview.code).toBe(0);
	const shown = lastJson(preview.stdout) as Previewed;
	expect(await projects()).toEqual(before);
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

	const sampling = await run('sample', [...selection, '--data', await temporaryFolder(), '--json']);
	const { destination } = lastJson(sampling.stdout) as { destination: { id: number } };
	const { entities } = await ok(server, 'images.list', { projectId: destination.id, recursive: true });
	for (const { name, first } of shown.videos) {
		const taken = (entities as { meta: { video_name: string; frame_index: number } }[])
			.filter(({ meta }) => meta.video_name === name)
			.map(({ meta }) => meta.frame_index);
		expect(first.map(({ frame }) => frame)).toEqual(taken.sort((a, b) => a - b));
	}
});

test('rules of quality decide as in a sampling, and videos beyond the limit are told', async () => {
	const { out, run, server } = await start();
	const rules = ['--sharpest-of', '500ms', '--even-labelled'];
	const preview = await run('preview', [...rules, '--videos', '1', '--out', out]);
	expect(preview.code).toBe(0);
	expect(preview.stdout).toContain('note: only the first 1 videos were looked at; --videos, up to 1000, looks at more');
	expect(preview.stdout.replaceAll(/\s+\|?\s*\|?/g, ' ')).toMatch(/6 by all; not good enough: .*24 lessSharp/);
	for (const line of preview.stdout.split('\n').filter(each => each.includes(' | ')))
		expect(line.length).toBeLessThanOrEqual(80);
	expect(readFileSync(join(out, 'timeline-1.svg'), 'utf8')).toContain('>not good enough<');

	const again = await run('preview', [...rules, '--videos', '1', '--out', out, '--json']);
	const [video] = (lastJson(again.stdout) as Previewed).videos;
	const sampling = await run('sample', [...rules, '--data', await temporaryFolder(), '--json']);
	const { destination } = lastJson(sampling.stdout) as { destination: { id: number } };
	const { entities } = await ok(server, 'images.list', { projectId: destination.id, recursive: true });
	const taken = (entities as { meta: { video_name: string; frame_index: number } }[])
		.filter(({ meta }) => meta.video_name === video?.name)
		.map(({ meta }) => meta.frame_index);
	expect(video?.first.map(({ frame }) => frame)).toEqual(taken.sort((a, b) => a - b));
});

test('files of others in the folder are neither removed nor overwritten', async () => {
	const { out, run } = await start();
	mkdirSync(out);
	const [sheet, timeline, other] = ['contact-sheet.jpg', 'timeline-1.svg', 'timeline-7.svg'].map(name =>
		join(out, name),
	) as [string, string, string];
	writeFileSync(other, 'mine');
	const first = await run('preview', ['--count', '1', '--out', out]);
	expect(first.code, first.stderr).toBe(0);
	expect(readFileSync(other, 'utf8')).toBe('mine');
	// What a preview has made is replaced, and removed where the next one has fewer.
	const fewer = await run('preview', ['--count', '1', '--videos', '1', '--out', out]);
	expect(fewer.code, fewer.stderr).toBe(0);
	expect(readdirSync(out).sort()).toEqual(['contact-sheet.jpg', 'timeline-1.svg', 'timeline-7.svg']);
	for (const file of [sheet, timeline]) {
		const own = readFileSync(file);
		writeFileSync(file, 'mine');
		const refused = await run('preview', ['--count', '1', '--out', out]);
		expect([refused.code, refused.stdout]).toEqual([2, '']);
		expect(refused.stderr).toContain(`has a file ${basename(file)} that no preview has made`);
		expect(readFileSync(file, 'utf8')).toBe('mine');
		writeFileSync(file, own);
	}
});

test('what cannot be shown is told in a sentence', async () => {
	const { out, run } = await start();
	const misspelt = await run('preview', ['--class', 'none', '--out', out]);
	expect(misspelt.code).toBe(1);
	expect(misspelt.stderr).toMatch(/^error: --class has "none", and project \d+ has no such class: it has "car", /);
	const nothing = await run('preview', ['--object', '999999', '--out', out]);
	expect(nothing.code).toBe(0);
	expect(nothing.stdout).toContain('note: no frame is chosen, so there is no contact sheet');
	expect(existsSync(join(out, 'contact-sheet.jpg'))).toBe(false);

	const file = join(await temporaryFolder(), 'file');
	writeFileSync(file, '');
	const wrong = await run('preview', ['--out', file]);
	expect(wrong.code).toBe(2);
	expect(wrong.stderr).toMatch(/^error: --out is ".*file": it can't be used as a folder \(.*\); name another one\n$/);

	const unknown = await run('preview', ['--out', out, '--video', '999']);
	expect([unknown.code, unknown.stderr]).toEqual([1, 'error: There is no video 999: check the id\n']);
});
