import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { synthesize } from '#local/synthesize.ts';
import { readAssets, readTemplate } from '#local/template.ts';

/** Logical ids of layers, without the hash that CDK appends, and what functions with them may use. */
const uses = { SharpLayer: /\(["']sharp["']\)/, FfmpegLayer: /\bFFMPEG_PATH\b/ };

test('a function has the layers that its bundle uses, and no others', async () => {
	const assembly = await synthesize();
	const assets = readAssets(assembly, 'Framefan');
	const { resources } = readTemplate(assembly, 'Framefan');
	const functions = [...resources.values()].filter(({ type }) => type === 'AWS::Lambda::Function');
	expect(functions).toHaveLength(4);
	for (const { properties } of functions) {
		const { Code, Layers = [] } = properties as { Code: { S3Key: string }; Layers?: { Ref: string }[] };
		const bundle = readFileSync(join(assets.get(Code.S3Key) ?? '', 'index.mjs'), 'utf8');
		// A message of zod in Dutch: `import { z }` brings all languages.
		expect(bundle).not.toContain('Ongeldige invoer');
		const used = Object.entries(uses).flatMap(([layer, pattern]) => (pattern.test(bundle) ? [layer] : []));
		expect(Layers.map(({ Ref }) => Ref.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual(used.sort());
	}
});
