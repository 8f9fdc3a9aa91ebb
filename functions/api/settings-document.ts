import * as z from 'zod';
import { settingsSchema } from '#shared/sampling/settings.ts';

/** The JSON Schema (2020-12) of the settings of a sampling, for editors and other tools. */
export function settingsDocument() {
	const schema = z.toJSONSchema(settingsSchema, { io: 'input' });
	return { ...schema, title: 'Framefan settings', description: 'What to sample of each video, see docs/selection.md' };
}
