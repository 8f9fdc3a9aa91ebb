import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiDescription, apiPage } from './api-page.ts';

/** Writes the page about the HTTP API from its description: `npm run openapi`. */
const repository = join(import.meta.dirname, '..');
const description = JSON.parse(readFileSync(join(repository, 'functions/api/openapi.json'), 'utf8')) as ApiDescription;
writeFileSync(join(repository, 'docs/api.md'), apiPage(description));
