import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { clock, type Timeline, timelineOf } from '#shared/sampling/timeline.ts';

/** A video of so many frames at 25 a second. */
const evenTimes = (count: number) => ({ count, ticks: (frame: number) => frame, tick: { num: 1n, den: 25n } });

/** Chosen frames, each taken by one rule. */
const chosenBy = (frames: number[], rules: string[]): Timeline['chosen'] => ({
	frames,
	byRule: [...new Set(rules)].map(rule => ({ rule, frames: frames.filter((_, n) => rules[n] === rule) })),
});

const plain = (more: Partial<Timeline>): Timeline => ({
	title: 'clip.mp4',
	times: evenTimes(250),
	isKey: frame => frame % 50 === 0,
	isAnnotated: undefined,
	chosen: chosenBy([0, 125], ['every', 'every']),
	...more,
});

type Row = { name: string; count: string; bars: { from: number; width: number }[] };

/** The rows of a timeline: what stands beside each, and where its bars are. */
const rowsOf = (svg: string): Row[] => {
	const found = svg.matchAll(
		/<text [^>]*>([^<]*)<\/text>\n<path transform[^>]* d="([^"]*)"\/>\n<text [^>]*>([^<]*)<\/text>/g,
	);
	return [...found].map(([, name = '', path = '', count = '']) => ({
		name,
		count,
		bars: [...path.matchAll(/M(\d+) 0h(\d+)/g)].map(([, from, width]) => ({
			from: Number(from),
			width: Number(width),
		})),
	}));
};

test('a row for the frames, the key frames, and each rule', () => {
	const chosen = chosenBy([0, 124, 125, 126], ['every', 'around', 'every', 'around']);
	const rows = rowsOf(timelineOf(plain({ chosen, isAnnotated: frame => frame < 100 })));
	expect(rows.map(({ name, count }) => [name, count])).toEqual([
		['frames', '250'],
		['annotated frames', '100'],
		['key frames', '5'],
		['by every', '2'],
		['by around', '2'],
	]);
	// 720 columns, 2.88 for each frame.
	expect(rows[0]?.bars).toEqual([{ from: 0, width: 718 }]);
	expect(rows[1]?.bars).toEqual([{ from: 0, width: 286 }]);
	expect(rows[3]?.bars.map(({ from }) => from)).toEqual([0, 360]);
	expect(rows[4]?.bars.map(({ from }) => from)).toEqual([357, 362]);
});

test('a frame that several rules take is in the row of each', () => {
	const byRule = [
		{ rule: 'every', frames: [0, 125] },
		{ rule: 'frames', frames: [125] },
	];
	const rows = rowsOf(timelineOf(plain({ chosen: { frames: [0, 125], byRule } })));
	expect(rows.slice(-2).map(({ name, count }) => [name, count])).toEqual([
		['by every', '2'],
		['by frames', '1'],
	]);
});

test('starts of scenes have a row, and a line through all rows', () => {
	const svg = timelineOf(plain({ scenes: [0, 100, 200] }));
	expect(XMLValidator.validate(svg)).toBe(true);
	expect(rowsOf(svg).find(({ name }) => name === 'starts of scenes')).toEqual({
		...{ name: 'starts of scenes', count: '3' },
		bars: [0, 288, 576].map(from => ({ from, width: 1 })),
	});
	// Four rows of 24 pixels.
	expect(svg).toContain('d="M0.5 0V96M288.5 0V96M576.5 0V96"');
	expect(timelineOf(plain({ scenes: [] }))).not.toContain('scenes');
});

test('frames at one rate are one bar, or each has its own', () => {
	for (let count = 100; count <= 300; count++) {
		const [frames] = rowsOf(timelineOf(plain({ times: evenTimes(count), chosen: chosenBy([], []) })));
		expect(frames?.bars, `${count} frames`).toHaveLength(count < 162 ? count : 1);
	}
});

test('a pause in the file is a gap', () => {
	const times = { count: 100, ticks: (frame: number) => frame + (frame < 50 ? 0 : 100), tick: { num: 1n, den: 25n } };
	expect(rowsOf(timelineOf(plain({ times, chosen: chosenBy([], []) })))[0]?.bars).toHaveLength(2);
});

test('texts of the server are escaped, and cut', () => {
	const title = `</title><script>alert("1 & 'x'")</script>\u0000\u001B[2J\uD800${'é'.repeat(500)}`;
	const svg = timelineOf(plain({ title, more: [{ name: '<b>&"', frames: [3] }] }));
	expect(XMLValidator.validate(svg)).toBe(true);
	for (const never of ['<script', '<b>', '\u0000', '\u001B', '\uD800']) expect(svg).not.toContain(never);
	expect(svg).toContain('&lt;/title&gt;&lt;script&gt;');
	const { svg: root } = new XMLParser().parse(svg) as { svg: { title: string } };
	expect([...root.title].length).toBeLessThan(250);
	expect(Buffer.byteLength(svg)).toBeLessThan(10_000);
});

test.each([
	['every frame', () => true],
	['every other column', (frame: number) => Math.floor((frame * 720) / 1_000_000) % 2 === 0],
])('a video of 1,000,000 frames has a small timeline, on which chosen frames are seen: %s', (_, isMarked) => {
	const frames = Array.from({ length: 1_000_000 }, (_, n) => n).filter(isMarked);
	const names = ['fps', 'count', 'frames', 'times', 'random', 'keyFrames', 'annotated', 'figureChanges', 'around'];
	const rules = frames.map(frame => names[frame % names.length] as string);
	const marked = { isKey: isMarked, isAnnotated: isMarked, chosen: chosenBy(frames, rules) };
	const more = [{ name: 'low quality', frames }];
	const svg = timelineOf(plain({ times: evenTimes(1_000_000), ...marked, more }));
	expect(Buffer.byteLength(svg)).toBeLessThan(200_000);
	expect(rowsOf(svg)).toHaveLength(4 + names.length);
	const lone = timelineOf(plain({ times: evenTimes(1_000_000), chosen: chosenBy([7, 999_999], ['random', 'random']) }));
	expect(rowsOf(lone).at(-1)).toEqual({
		name: 'by random',
		count: '2',
		bars: [
			{ from: 0, width: 2 },
			{ from: 719, width: 2 },
		],
	});
});

test('a video without frames, and with one, has a timeline', () => {
	const none = timelineOf(plain({ times: evenTimes(0), chosen: chosenBy([], []) }));
	expect(none).toContain('0 frames, 0:00.0, 0 chosen');
	const one = timelineOf(plain({ times: evenTimes(1), chosen: chosenBy([0], ['all']) }));
	expect(one).not.toContain('NaN');
	expect(rowsOf(one).at(-1)).toMatchObject({ name: 'by all', count: '1' });
});

test('times', () => {
	expect([clock(0, 0), clock(59.96, 1), clock(62.5, 2), clock(3600, 0), clock(86_399.99, 0)]).toEqual([
		'0:00',
		'1:00.0',
		'1:02.50',
		'1:00:00',
		'24:00:00',
	]);
});
