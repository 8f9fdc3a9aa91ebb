import type { EnvironmentName } from './environments.ts';
import type { Row } from './measure/in-turn.ts';

/** How much of a race is run: all of it, or as little as shows that it still runs. */
export type Effort = { rounds: number; quick: boolean };

/** Contestants that did the same work by turns. */
export type Heat = {
	name: string;
	/** Pictures that each of them brought, so that times can be told by picture. */
	frames: number;
	/** Where the clip comes from. */
	origin?: string;
	rows: Row[];
};

/** What was to be reached. `measured` is null where a contestant is missing. */
export type Goal = {
	id: string;
	text: string;
	/** The number that decides, and what it must be at the least or the most. */
	measured: number | null;
	least?: number;
	most?: number;
	/** Smallest and largest from round to round. */
	range?: [number, number];
	unit: '×' | 'ms' | 'MiB' | '%';
};

/** A table that no race is behind. */
export type Table = { name: string; columns: string[]; rows: (string | number)[][]; chart?: LineChart };

export type LineChart = {
	title: string;
	xLabel: string;
	yLabel: string;
	lines: { name: string; points: [x: number, y: number][] }[];
};

export type Outcome = { heats: Heat[]; goals: Goal[]; tables?: Table[]; notes?: string[] };

export type Race = {
	/** Name of its file of results, and what `--only` takes. */
	id: string;
	title: string;
	/** What is compared, and how. */
	about: string;
	/** Part of what runs in CI. */
	inQuick: boolean;
	/** Python environments whose versions are told. */
	environments: readonly EnvironmentName[];
	run(effort: Effort): Promise<Outcome>;
};
