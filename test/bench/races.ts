import type { Race } from './race.ts';
import { encoders } from './races/encoders.ts';
import { jpegFiles, pngFiles } from './races/files.ts';
import { formats } from './races/formats.ts';
import { limit } from './races/limit.ts';
import { manifest } from './races/manifest.ts';
import { memory } from './races/memory.ts';
import { distant, sampling } from './races/sampling.ts';
import { scale } from './races/scale.ts';
import { scores, selection } from './races/selection.ts';
import { simulation } from './races/simulation.ts';
import { random, sparse } from './races/sparse.ts';
import { start } from './races/start.ts';

/** All races, in the order of the page. */
export const races: Race[] = [
	sampling,
	distant,
	pngFiles,
	jpegFiles,
	limit,
	sparse,
	random,
	start,
	encoders,
	scale,
	memory,
	manifest,
	scores,
	selection,
	formats,
	simulation,
];
