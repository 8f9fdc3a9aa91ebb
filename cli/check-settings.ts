import * as z from 'zod';
import { type Settings, settingsSchema } from '#shared/sampling/settings.ts';
import { UsageError } from './failure.ts';

/**
 * Checks settings before anything is started.
 * @param file that they were read from, for the message
 * @throws UsageError for settings that the service would refuse
 */
export function checkSettings(settings: object, file?: string): Settings {
	const parsed = settingsSchema.safeParse(settings);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues as [z.core.$ZodIssue];
	if (file === undefined) throw new UsageError(issue.message);
	const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
	const path = z.core.toDotPath([...issue.path, ...unknown]);
	throw new UsageError(`--settings is ${file}: ${path === '' ? '' : `${path}: `}${issue.message}`);
}
