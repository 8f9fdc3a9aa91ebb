import { at } from '../at.ts';
import { type FrameTimes, secondsOf } from './select/frame-times.ts';
import type { Selection } from './select/select-frames.ts';

/** What a timeline shows of a video. */
export type Timeline = {
	/** Name of the video, as the server has it. */
	title: string;
	times: Pick<FrameTimes, 'count' | 'ticks' | 'tick'>;
	/** Undefined where it isn't known. */
	isKey: ((frame: number) => boolean) | undefined;
	/** Undefined where the labels were not read. */
	isAnnotated: ((frame: number) => boolean) | undefined;
	/** The first frames of scenes; undefined or empty where none were looked for. */
	scenes?: number[];
	/** The chosen frames, and for each rule those that it takes. */
	chosen: Pick<Selection, 'frames' | 'byRule'>;
	/** More rows, such as frames that quality rules drop. */
	more?: { name: string; frames: number[] }[];
};

const width = 960;
const strip = { left: 150, width: 720 };
const top = 40;
const row = { height: 24, tick: 14 };
/** Most letters of a title and of the name of a row. */
const longest = { title: 90, name: 20 };
/** Seconds between two marks of the axis. */
const steps = [
	0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 604_800,
];
const mostMarks = 8;

/** Colours that are visible on light and on dark; those of rules have the order of the documentation. */
const colours = {
	text: '#7d8590',
	frames: '#8b949e',
	annotated: '#bb8009',
	key: '#6e7fa3',
	other: '#8b949e',
	rules: {
		fps: '#2f81f7',
		every: '#2f81f7',
		count: '#2da44e',
		frames: '#e85aad',
		times: '#1b9aaa',
		random: '#a371f7',
		keyFrames: '#57a6a1',
		scenes: '#d4a72c',
		annotated: '#db6d28',
		figureChanges: '#f0524f',
		around: '#9aa86b',
		all: '#2f81f7',
		step: '#2f81f7',
	} as Record<string, string>,
};

/**
 * A strip of a video as SVG: its frames, those with figures, its key frames, starts of scenes, and the chosen ones, a row
 * for each rule. Marks that fall on one place are drawn once, so the size doesn't grow with the number of frames. Pure.
 */
export function timelineOf(timeline: Timeline): string {
	const { title, times, isKey, isAnnotated, chosen, scenes = [], more = [] } = timeline;
	const seconds = durationOf(times);
	const placeOf = (frame: number): number =>
		seconds === 0 ? 0 : Math.min(strip.width - 1, (secondsOf(times, frame) / seconds) * strip.width);
	const rows: { name: string; colour: string; marks: Marks; isWide?: boolean }[] = [
		{ name: 'frames', colour: colours.frames, marks: marksWhere(times.count, placeOf, () => true) },
	];
	if (isAnnotated) {
		const marks = marksWhere(times.count, placeOf, isAnnotated);
		rows.push({ name: 'annotated frames', colour: colours.annotated, marks });
	}
	if (isKey) {
		const marks = marksWhere(times.count, placeOf, isKey, false);
		rows.push({ name: 'key frames', colour: colours.key, marks, isWide: true });
	}
	if (scenes.length > 0)
		rows.push({ name: 'starts of scenes', colour: colours.rules.scenes as string, marks: marksOf(scenes, placeOf) });
	for (const { rule, frames } of chosen.byRule) {
		const colour = colours.rules[rule] ?? colours.other;
		rows.push({ name: `by ${rule}`, colour, marks: marksOf(frames, placeOf), isWide: true });
	}
	for (const { name, frames } of more)
		rows.push({ name, colour: colours.other, marks: marksOf(frames, placeOf), isWide: true });

	const bottom = top + rows.length * row.height;
	const height = bottom + 26;
	const summary = `${times.count} frames, ${clock(seconds, 1)}, ${chosen.frames.length} chosen`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="13" fill="${colours.text}">`,
		`<title>${escaped(cut(title, longest.title))}: ${summary}</title>`,
		`<text x="0" y="18" font-weight="600">${escaped(cut(title, longest.title))}</text>`,
		`<text x="${width}" y="18" text-anchor="end">${summary}</text>`,
		...axis(seconds, bottom),
		...(scenes.length > 0
			? [
					sceneLines(
						scenes.map(frame => Math.floor(placeOf(frame))),
						bottom,
					),
				]
			: []),
		...rows.map(({ name, colour, marks, isWide }, n) => {
			const y = top + n * row.height;
			return [
				`<text x="${strip.left - 12}" y="${y + 12}" text-anchor="end">${escaped(cut(name, longest.name))}</text>`,
				`<path transform="translate(${strip.left} ${y})" fill="${colour}" d="${bars(marks.columns, isWide ? 2 : 1)}"/>`,
				`<text x="${strip.left + strip.width + 12}" y="${y + 12}">${marks.count}</text>`,
			].join('\n');
		}),
		'</svg>',
		'',
	].join('\n');
}

/** Thin lines through all rows where scenes start. */
const sceneLines = (columns: number[], bottom: number): string => {
	const lines = [...new Set(columns)].map(column => `M${column + 0.5} 0V${bottom - top}`).join('');
	return `<path transform="translate(${strip.left} ${top})" stroke="${colours.rules.scenes}" stroke-opacity="0.6" stroke-dasharray="2 2" d="${lines}"/>`;
};

/** Frames at most this many pixels apart are drawn as one bar. Evenly spaced ones never have exactly this distance. */
const mostJoined = 4.45;

/** How many frames are marked, and on which of the columns. */
type Marks = { count: number; columns: Uint8Array };

const marksWhere = (
	frames: number,
	placeOf: (frame: number) => number,
	isMarked: (frame: number) => boolean,
	joins = true,
): Marks => {
	const columns = new Uint8Array(strip.width);
	let count = 0;
	let before: number | undefined;
	for (let frame = 0; frame < frames; frame++) {
		if (!isMarked(frame)) {
			before = undefined;
			continue;
		}
		count++;
		const place = placeOf(frame);
		// Frames that follow each other closely are one bar instead of an uneven comb.
		const isJoined = joins && before !== undefined && place - before <= mostJoined;
		columns.fill(1, Math.floor(isJoined ? (before as number) : place), Math.floor(place) + 1);
		before = place;
	}
	return { count, columns };
};

const marksOf = (frames: number[], placeOf: (frame: number) => number): Marks =>
	marksWhere(
		frames.length,
		n => placeOf(at(frames, n)),
		() => true,
		false,
	);

/** Marked columns as bars, at least `least` wide; those that touch become one. */
const bars = (columns: Uint8Array, least: number): string => {
	const found: string[] = [];
	for (let column = 0; column < columns.length; ) {
		if (columns[column] === 0) {
			column++;
			continue;
		}
		const from = column;
		while (columns[column] === 1) column++;
		const length = Math.max(least, column - from);
		found.push(`M${from} 0h${length}v${row.tick}h-${length}z`);
	}
	return found.join('');
};

/** Seconds from the first frame to the end of the last one, which is taken to last as long as the others on average. */
const durationOf = (times: Timeline['times']): number => {
	if (times.count < 2) return 0;
	return (secondsOf(times, times.count - 1) * times.count) / (times.count - 1);
};

const axis = (seconds: number, bottom: number): string[] => {
	const step = steps.find(each => seconds / each <= mostMarks) ?? seconds / mostMarks;
	const marks: string[] = [];
	for (let n = 0; n === 0 || (n * step <= seconds && n <= mostMarks); n++) {
		const x = strip.left + (seconds === 0 ? 0 : ((n * step) / seconds) * strip.width);
		const place = Number(x.toFixed(1));
		marks.push(
			`<path stroke="${colours.text}" stroke-opacity="0.35" d="M${place} ${top - 6}V${bottom + 2}"/>`,
			`<text x="${place}" y="${bottom + 17}" text-anchor="middle">${clock(n * step, step < 1 ? 1 : 0)}</text>`,
		);
	}
	return marks;
};

/** A time as `m:ss`, or `h:mm:ss` from an hour on. @param digits of the fraction of a second */
export function clock(seconds: number, digits: number): string {
	const scale = 10 ** digits;
	const parts = Math.round(seconds * scale);
	const whole = Math.floor(parts / scale);
	const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
	const rest = `${String(whole % 60).padStart(2, '0')}${digits > 0 ? `.${String(parts % scale).padStart(digits, '0')}` : ''}`;
	return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

const cut = (text: string, most: number): string => {
	const letters = [...text];
	return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text;
};

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text for XML: what XML forbids, such as control characters and halves of pairs, is replaced. */
const escaped = (text: string): string =>
	text
		.replace(/[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
		.replace(/[&<>"']/g, letter => entities[letter] as string);
