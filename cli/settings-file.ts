import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { messageOf } from '#shared/errors.ts';
import { UsageError } from './failure.ts';

/** Largest settings file, in characters. */
const longest = 10_000_000;

/**
 * The settings in a file, YAML or JSON (which is YAML as well), unchecked.
 * @throws UsageError for a file that can't be read, or that holds something else than an object
 */
export function readSettingsFile(path: string): Record<string, unknown> {
	const text = textOf(path);
	if (text.length > longest) throw refused(path, `it has more than ${longest} characters, so it holds no settings`);
	let found: unknown;
	try {
		found = parse(text, { maxAliasCount: 100, logLevel: 'error' });
	} catch (error) {
		throw refused(path, syntaxOf(error));
	}
	if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
	throw refused(path, 'it must hold settings, such as "step: 10"');
}

const refused = (path: string, why: string): UsageError => new UsageError(`--settings is ${path}: ${why}`);

const textOf = (path: string): string => {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		const { code = '' } = error as NodeJS.ErrnoException;
		throw refused(path, readFaults[code] ?? `the file can't be read (${messageOf(error)})`);
	}
};

/** Why a file can't be read, by the code of the error. */
const readFaults: Record<string, string> = {
	ENOENT: 'there is no such file, so check the path',
	ENOTDIR: 'there is no such file, so check the path',
	EISDIR: 'it is a folder, so name a file in it',
	EACCES: 'you may not read it, so change its permissions or name another file',
	EPERM: 'you may not read it, so change its permissions or name another file',
};

/** What is wrong in a text, and where. */
const syntaxOf = (error: unknown): string => {
	const [line = ''] = messageOf(error).split('\n');
	const reason = line.replace(/ at line \d+, column \d+:?$/, '');
	const [place] = (error instanceof YAMLParseError && error.linePos) || [];
	const where = place ? `line ${place.line}, column ${place.col} of it is` : 'it is';
	return `${where} neither YAML nor JSON, so correct it (${reason})`;
};
