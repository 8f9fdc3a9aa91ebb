import type { MasterSize } from './master.ts';

/** What a recipe has at hand. Every path is absolute. */
export type FixtureContext = {
	/** Where the fixture has to be when the recipe ends. */
	out: string;
	/** A path beside it for something in between; it is removed afterwards. */
	aside: (name: string) => string;
	/** Another fixture, made first. */
	fixture: (name: string) => Promise<string>;
	/** Arguments that read numbered pictures of this size at 30 a second. */
	pictures: (size?: Partial<MasterSize>) => string[];
	/** The ffmpeg that is shipped with the product. */
	ffmpeg: (...args: string[]) => Promise<void>;
	/** The same with its first output's bytes going through a pipe into `out`: a muxer that cannot go back. */
	ffmpegToPipe: (...args: string[]) => Promise<void>;
	/** A newer ffmpeg of the machine, for what the shipped one cannot make. */
	newerFfmpeg: (...args: string[]) => Promise<void>;
};

/** A video made for the tests. */
export type Fixture = {
	/** Its file name. */
	name: string;
	/** What is special about it. */
	about: string;
	/** Numbers that its pictures show, in the order of their frame indices. */
	shows: number[];
	/** Another fixture with the same pictures, which is the measure: of this one not every ffmpeg shows all. */
	measuredBy?: string;
	/** Set when the machine's own ffmpeg makes it. */
	needsNewerFfmpeg?: true;
	/** What a whole-file decode has to be told, where ffmpeg's defaults aren't the truth. */
	decode?: { input?: string[]; stream?: string; filter?: string };
	/** Set where the file doesn't tell times and every reader guesses others. */
	timesAreGuesses?: true;
	/** What a note of the index has to say. */
	notes?: RegExp;
	make: (context: FixtureContext) => Promise<void>;
};

/** Fixtures of one file, which is their version: when the file changes, they are made again. */
export type FixtureGroup = { file: string; fixtures: Fixture[] };

/** `count` numbers from `first`. */
export function numbers(first: number, count: number): number[] {
	return Array.from({ length: count }, (_, n) => first + n);
}

/** H.264 with B-frames in a pyramid and a key frame every 24 pictures: what most videos are. */
export const h264 = [
	...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '18', '-pix_fmt', 'yuv420p', '-sc_threshold', '0'],
	...['-g', '24', '-keyint_min', '24', '-bf', '3', '-b_strategy', '0', '-x264-params', 'b-pyramid=normal'],
];

/** HEVC with closed GOPs of 24. */
export function hevc(params = ''): string[] {
	return [
		...['-c:v', 'libx265', '-preset', 'ultrafast', '-crf', '18', '-pix_fmt', 'yuv420p'],
		...['-x265-params', `keyint=24:min-keyint=24:scenecut=0:bframes=3:open-gop=0:log-level=error${params}`],
	];
}

/** MPEG-4 part 2 with B-frames. */
export const mpeg4 = ['-c:v', 'mpeg4', '-q:v', '3', '-g', '20', '-bf', '2', '-pix_fmt', 'yuv420p'];
