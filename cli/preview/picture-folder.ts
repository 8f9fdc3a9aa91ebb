import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '#shared/errors.ts';
import { UsageError } from '../failure.ts';

/** Stands at the beginning of each file that a preview makes. */
export const mark = 'Made by framefan preview';
export const svgMark = `<!-- ${mark} -->\n`;

/** Bytes at the beginning of a file in which the mark is looked for. */
const beginning = 4096;

/** Makes the folder of the pictures. @throws UsageError when the path can't be used as a folder */
export function makeFolder(folder: string): void {
	try {
		mkdirSync(folder, { recursive: true });
		readdirSync(folder);
	} catch (error) {
		throw new UsageError(
			`--out is ${JSON.stringify(folder)}: it can't be used as a folder (${messageOf(error)}); name another one`,
		);
	}
}

/**
 * Makes sure that no file of somebody else would be overwritten.
 * @param names of the files that will be written
 * @throws UsageError for the first one that no preview has made
 */
export function refuseForeign(folder: string, names: string[]): void {
	const there = new Set(readdirSync(folder));
	const foreign = names.find(name => there.has(name) && !isOwn(join(folder, name)));
	if (foreign === undefined) return;
	throw new UsageError(
		`--out is ${JSON.stringify(folder)}: it has a file ${foreign} that no preview has made, which would be overwritten; name another folder, or move the file away`,
	);
}

/** Removes what an earlier preview has made, and nothing else. */
export function removePictures(folder: string, isPicture: (name: string) => boolean): void {
	const own = readdirSync(folder).filter(name => isPicture(name) && isOwn(join(folder, name)));
	for (const name of own) rmSync(join(folder, name));
}

const isOwn = (file: string): boolean => {
	try {
		const open = openSync(file, 'r');
		try {
			const bytes = Buffer.alloc(beginning);
			return bytes.subarray(0, readSync(open, bytes)).includes(mark);
		} finally {
			closeSync(open);
		}
	} catch {
		// A folder, or a file that can't be read.
		return false;
	}
};
