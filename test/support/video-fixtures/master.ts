import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { drawBarcode } from '#demo/project/barcode.ts';

export type MasterSize = { width: number; height: number; frames: number };

/**
 * Writes pictures that show their frame index as a barcode over a moving pattern: raw RGB, one after another.
 * The pattern moves in both directions and its colours wander, so that neighbours differ everywhere.
 */
export function writeMaster(path: string, { width, height, frames }: MasterSize): void {
	if (existsSync(path)) return;
	mkdirSync(dirname(path), { recursive: true });
	const making = `${path}.${process.pid}`;
	const file = openSync(making, 'w');
	const data = Buffer.alloc(width * height * 3);
	for (let frame = 0; frame < frames; frame++) {
		for (let y = 0, at = 0; y < height; y++) {
			for (let x = 0; x < width; x++) {
				const check = (((x + frame * 2) >> 4) ^ ((y + frame) >> 4)) & 1;
				data[at++] = check ? 210 : (x + frame * 3) & 127;
				data[at++] = (y + frame * 2) & 255;
				data[at++] = check ? (frame * 5) & 255 : 180 - (y >> 1);
			}
		}
		drawBarcode({ width, height, data }, frame);
		writeSync(file, data);
	}
	closeSync(file);
	renameSync(making, path);
}
