import { XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keys } from '#shared/sampling/keys.ts';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import { lastingState, openDeployment } from '#test/deployment.ts';
import type { Workbench } from '#test/workbench.ts';

let bench: Workbench;
beforeAll(async () => {
	({ bench } = await openDeployment());
});
afterAll(() => bench.close());

const select = [
	{ every: '700ms' },
	{ annotated: { classes: ['car'], perClass: 2 } },
	{ annotated: { objects: [999_999] } },
];

const sampled = async (name: string, settings: SettingsInput) => {
	const { id } = await bench.api.start({ source: { projectId: bench.source }, destination: { name }, settings });
	expect(await bench.ended(id)).toMatchObject({ state: 'completed' });
	return (await bench.api.images(id)).images;
};

test('a preview has the frames that a sampling then takes, with times, rules and timelines', async () => {
	const source = { projectId: bench.source };
	const before = await lastingState(bench);
	const first = await bench.api.preview({ source, settings: { select }, videos: 1 });
	expect(first.videos).toHaveLength(1);
	expect(first).toMatchObject({
		complete: false,
		notes: [expect.stringContaining('no stored index'), expect.anything()],
	});
	expect(first.notes[1]).toContain('only the first 1 videos were looked at: videos, up to 20');
	expect(first.videos[0]?.selected).toMatchObject({ accuracy: 'about', needs: ['index'] });
	expect(first.videos[0]?.timeline).not.toContain('>key frames<');
	expect(await lastingState(bench)).toEqual(before);

	const images = await sampled('previewed', { select });
	const shown = await bench.api.preview({ source, settings: { select } });
	expect(shown).toMatchObject({ complete: true, notes: [] });
	expect(shown.videos.map(({ name }) => name)).toEqual(['first.mp4', 'second.mkv']);
	for (const { id, name, chosen, selected, rules, timeline, ...video } of shown.videos) {
		const rows = images.filter(image => image.video_id === id);
		expect(chosen).toEqual(rows.map(row => ({ frame: row.frame_index, seconds: row.seconds, rule: row.rule })));
		expect(selected).toEqual({ frames: rows.length, accuracy: 'exact', needs: [] });
		expect(rules.map(({ frames }) => frames)).toEqual([5, 2, 0]);
		expect(video).toMatchObject({ frameCount: 30, more: 0, notes: [expect.stringContaining('takes no frame')] });
		expect(video.seconds).toBeCloseTo(2.9, 3);
		expect(XMLValidator.validate(timeline as string)).toBe(true);
		expect(timeline).toContain(`${name}: 30 frames, 0:03.0, ${rows.length} chosen`);
		for (const row of ['annotated frames', 'key frames', 'by every', 'by annotated'])
			expect(timeline).toContain(`>${row}<`);
	}
	const stored = await Promise.all(shown.videos.map(({ id }) => bench.keys(`${keys.videos}${id}-`)));
	expect(stored.flat().filter(key => !key.includes('/index-'))).toEqual([]);
});

test('what pictures decide is left out, with a bound and a note', async () => {
	await sampled('indexed', { end: 1 });
	const settings = { select: [{ frames: [3] }, { scenes: { perScene: 2 } }], frameQuality: { minSharpness: 1 } };
	const { videos } = await bench.api.preview({ source: { projectId: bench.source }, settings });
	for (const { chosen, selected, notes } of videos) {
		expect(chosen).toMatchObject([{ frame: 3, rule: 'frames' }]);
		expect(selected).toEqual({ frames: 30, accuracy: 'atMost', needs: ['pixels'] });
		expect(notes).toEqual([
			expect.stringContaining('select {"scenes":{"perScene":2}} needs data that was not read'),
			expect.stringContaining('frameQuality was not applied'),
		]);
	}
});
