import { readFileSync } from 'node:fs';
import { FramefanError } from '../functions/shared/errors.ts';
import type { Target } from './target.ts';

/** Architectures by `e_machine` of ELF files. */
const machines = new Map([
	[0x3e, 'x64'],
	[0xb7, 'arm64'],
]);

/** Name of a program's file in its layer. */
export function programName(name: string, { platform }: Target): string {
	return platform === 'win32' ? `${name}.exe` : name;
}

/** Reads the file of an ffmpeg program. @throws FramefanError when it can't be read */
export function readProgram(path: string): Buffer {
	try {
		return readFileSync(path);
	} catch (error) {
		throw new FramefanError(`The ffmpeg program ${path} can't be read: ${(error as NodeJS.ErrnoException).code}`);
	}
}

/** @throws FramefanError for a program that Lambda's Linux could not run on the machine of a target */
export function checkProgram(path: string, { arch }: Target): void {
	const head = readProgram(path).subarray(0, 20);
	const isElf = head.length === 20 && head.toString('latin1', 0, 4) === '\x7fELF';
	const machine = isElf ? machines.get(head.readUInt16LE(18)) : undefined;
	if (machine === arch) return;
	const kind = !isElf ? 'not a program for Linux' : `for ${machine ?? 'another machine'}`;
	throw new FramefanError(
		`The ffmpeg program ${path} is ${kind}, and the functions are ${arch}: name a build for Linux on ${arch}, or choose another architecture`,
	);
}
