import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import opentype, { type Font } from 'opentype.js';

// Letters are drawn as paths from a bundled font, since a machine may have no fonts.
const file = createRequire(import.meta.url).resolve('@fontsource/inter/files/inter-latin-400-normal.woff');
let font: Font | undefined;

/** A line of text as an SVG path; a text that is too wide is shortened in its middle. Sizes in pixels. */
export function captionPath(text: string, x: number, y: number, size: number, width: number, colour: string): string {
	font ??= opentype.parse(new Uint8Array(readFileSync(file)).buffer);
	const { unitsPerEm } = font;
	// Letter by letter, since the library fails on this font's ligatures, which a caption doesn't need.
	const glyphs = (line: string) => [...line].map(letter => (font as Font).charToGlyph(letter));
	const advance = (glyph: opentype.Glyph) => ((glyph.advanceWidth ?? 0) * size) / unitsPerEm;
	const wide = (line: string) => glyphs(line).reduce((sum, glyph) => sum + advance(glyph), 0);
	let shown = text;
	for (let kept = text.length; wide(shown) > width && kept > 2; kept--) {
		shown = `${text.slice(0, Math.ceil(kept / 2) - 1)}…${text.slice(text.length - Math.floor(kept / 2))}`;
	}
	let at = x;
	const paths = glyphs(shown).map(glyph => {
		const path = glyph.getPath(at, y, size).toPathData(1);
		at += advance(glyph);
		return path;
	});
	return `<path fill="${colour}" d="${paths.join('')}"/>`;
}
