import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { messageOf } from '#shared/errors.ts';
import { UsageError } from './failure.ts';

/** Largest settings file, in characters. */
const longest = 10_000_000;

/**
 * The settings in a file, YAML or JSON (which is YAML as well), unchecked.
 * @throws UsageError for a file that can't be read, or that holds something else than an object
 */
export function readSettingsFile(path: string): Record<string, unknown> {
	let text: string;
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		throw new UsageError(`--settings is ${path}: the file cannot be read (${messageOf(error)})`);
	}
	if (text.length > longest)
		throw new UsageError(`--settings is ${path}: the file has more than ${longest} characters`);
	let found: unknown;
	try {
		found = parse(text, { maxAliasCount: 100 });
	} catch (error) {
		const [line = ''] = messageOf(error).split('\n');
		throw new UsageError(`--settings is ${path}: the file is neither YAML nor JSON: ${line}`);
	}
	if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
	throw new UsageError(`--settings is ${path}: the file must hold settings, such as "step: 10"`);
}
