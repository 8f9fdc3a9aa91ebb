import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../functions/api/openapi.ts';
import { settingsDocument } from '../functions/api/settings-document.ts';

/** Writes the description of the API and the JSON Schema of its settings into `functions/api`: `npm run openapi`. */
const folder = join(import.meta.dirname, '..', 'functions', 'api');
const write = (name: string, document: object): void =>
	writeFileSync(join(folder, name), `${JSON.stringify(document, null, '\t')}\n`);
write('openapi.json', openApiDocument());
write('settings.schema.json', settingsDocument());
