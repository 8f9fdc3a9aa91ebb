/** Colours that are legible on white and on black. */
export const colours = { text: '#7d8590', grid: '#7d859055', own: '#2f81f7', peer: '#8b949e' };
export const lineColours = ['#2f81f7', '#db6d28', '#3fb950', '#a371f7'];

/** A picture without a ground of its own. */
export function svg(width: number, height: number, title: string, parts: string[]): string {
	const font = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"';
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${font} font-size="13" fill="${colours.text}">`,
		`<title>${escaped(title)}</title>`,
		...parts,
		'</svg>',
		'',
	].join('\n');
}

export function text(x: number, y: number, content: string, more = ''): string {
	return `<text x="${round(x)}" y="${round(y)}"${more && ` ${more}`}>${escaped(content)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, colour: string, width = 1): string {
	const [a, b, c, d] = [x1, y1, x2, y2].map(round);
	return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" stroke="${colour}" stroke-width="${width}"/>`;
}

export function round(value: number): number {
	return Math.round(value * 10) / 10;
}

const escaped = (content: string): string => content.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
