import * as z from 'zod';
import { type NameOf, named, type Telling } from '#shared/sampling/must-be.ts';
import { UsageError } from './failure.ts';
import { optionOf } from './option-names.ts';

/** A settings file, and those of its settings that no option overrides. */
export type FromFile = { path: string; settings: Record<string, unknown> };

/**
 * Checks what was made of a command line before anything is started. Messages name the option; for a value from a
 * settings file, they name its path in the file.
 * @param schema of a request, or of settings
 * @throws UsageError for what the service would refuse
 */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, file?: FromFile): z.output<Schema> {
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues as [z.core.$ZodIssue];
	throw new UsageError(messageOn(issue, file));
}

const messageOn = (issue: z.core.$ZodIssue, file: FromFile | undefined): string => {
	const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
	const path = [...issue.path, ...unknown].filter((part, n) => n > 0 || part !== 'settings');
	if (file && String(path[0]) in file.settings)
		return `--settings is ${file.path}: ${z.core.toDotPath(path)}: ${issue.message}`;
	const tell = (issue.code === 'custom' ? issue.params?.tell : undefined) as Telling | undefined;
	if (tell) {
		let namesFile = false;
		const nameOf: NameOf = setting => {
			const isInFile = file !== undefined && (setting.split('.')[0] as string) in file.settings;
			namesFile ||= isInFile;
			return (isInFile ? undefined : optionOf(setting)) ?? setting.slice(setting.lastIndexOf('.') + 1);
		};
		const message = tell(nameOf);
		return namesFile ? `--settings is ${file?.path}: ${message}` : message;
	}
	const option = optionOf(path.filter(part => typeof part !== 'number').join('.')) ?? z.core.toDotPath(path);
	return named(option, issue);
};
