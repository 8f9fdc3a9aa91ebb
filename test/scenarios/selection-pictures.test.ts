import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ruleNames } from '#shared/sampling/select/rules.ts';
import { selectionPictures } from '../../demo/selection-pictures.ts';

const docs = join(import.meta.dirname, '../../docs');

// Where key frames are is up to the encoder, and other machines have another version of ffmpeg.
test.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
	'the pictures of docs/selection.md are those of now (npm run pictures)',
	async () => {
		const pictures = await selectionPictures();
		expect([...pictures.keys()]).toEqual(ruleNames.map(name => `selection-${name}.svg`));
		for (const [file, svg] of pictures) expect(readFileSync(join(docs, file), 'utf8'), file).toBe(svg);
	},
);

test('docs/selection.md shows a picture of each rule', () => {
	const page = readFileSync(join(docs, 'selection.md'), 'utf8');
	for (const name of ruleNames) expect(page).toContain(`](selection-${name}.svg)`);
});
