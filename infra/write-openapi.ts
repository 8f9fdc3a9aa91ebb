import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../functions/api/openapi.ts';

/** Writes `functions/api/openapi.json`: `npm run openapi`. */
const file = join(import.meta.dirname, '..', 'functions', 'api', 'openapi.json');
writeFileSync(file, `${JSON.stringify(openApiDocument(), null, '\t')}\n`);
