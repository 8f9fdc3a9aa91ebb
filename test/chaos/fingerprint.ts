import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { ok } from '#test/supervisely-server.ts';

/** What a destination is, by names: images by the hash of their bytes, labels, metas and custom data as sorted JSON. */
export type Fingerprint = Record<string, string>;

/** Given anew by the server each time, or of the very run. */
const ofTheRun = new Set(['id', 'classId', 'tagId', 'createdAt', 'updatedAt', 'finishedAt', 'sampling', 'attempt']);

/** Of things that have a name of their own the order is nobody's; of the points of a shape it is the shape. */
const sorted = (value: unknown): unknown => {
	if (Array.isArray(value)) {
		const items = value.map(sorted);
		const isOfThings = items.every(item => typeof item === 'object' && !Array.isArray(item));
		return isOfThings ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
	}
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).filter(([name]) => !ofTheRun.has(name));
	return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]));
};

/** @param scratch a folder that may be written to */
export async function fingerprint(server: SuperviselyServer, project: number, scratch: string): Promise<Fingerprint> {
	const found: Fingerprint = {};
	rmSync(scratch, { recursive: true, force: true });
	await server.exportImagesProject(project, scratch);
	for (const entry of readdirSync(scratch, { recursive: true, withFileTypes: true }).filter(each => each.isFile())) {
		const path = join(entry.parentPath, entry.name);
		const bytes = readFileSync(path);
		found[relative(scratch, path)] = entry.name.endsWith('.json')
			? JSON.stringify(sorted(JSON.parse(bytes.toString('utf8'))))
			: createHash('sha256').update(bytes).digest('hex');
	}
	const { customData } = await ok(server, 'projects.info', { id: project });
	found['custom data'] = JSON.stringify(sorted(customData));
	const { entities } = await ok(server, 'datasets.list', { projectId: project, recursive: true });
	let images = 0;
	for (const dataset of entities as { id: number; name: string; customData: unknown; imagesCount: number }[]) {
		images += dataset.imagesCount;
		const key = `custom data of ${dataset.name}`;
		// Two datasets of one name would be one too many.
		found[key in found ? `${key} again` : key] = JSON.stringify(sorted(dataset.customData));
	}
	found['number of images'] = String(images);
	return found;
}

/** What differs, a line each. */
export function differences(calm: Fingerprint, other: Fingerprint): string[] {
	return [...new Set([...Object.keys(calm), ...Object.keys(other)])]
		.filter(key => calm[key] !== other[key])
		.map(key => `${key}: ${whereTheyPart(calm[key] ?? 'absent', other[key] ?? 'absent')}`);
}

/** The texts from a little before their first difference on. */
export function whereTheyPart(calm: string, other: string): string {
	let at = 0;
	while (at < calm.length && calm[at] === other[at]) at++;
	const part = (text: string) => text.slice(Math.max(0, at - 60), at + 140);
	return `${part(calm)}\n    here: ${part(other)}`;
}
