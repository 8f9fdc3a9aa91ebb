/**
 * Lays out a table in plain text. Texts are broken between words, and within a word only if the column is too narrow.
 * @param widths of the columns, in characters; there are three more between two columns
 */
export function textTable(widths: number[], rows: string[][]): string {
	return rows
		.map(cells => {
			const columns = widths.map((width, at) => broken(cells[at] ?? '', width));
			const height = Math.max(...columns.map(lines => lines.length));
			return Array.from({ length: height }, (_, line) =>
				widths
					.map((width, at) => (columns[at]?.[line] ?? '').padEnd(width))
					.join(' | ')
					.trimEnd(),
			).join('\n');
		})
		.join('\n');
}

/** The line between head and body of a table. */
export function ruleOf(widths: number[]): string[] {
	return widths.map(width => '-'.repeat(width));
}

const broken = (text: string, width: number): string[] => {
	const lines = [''];
	for (const word of text.split(/\s+/).flatMap(each => pieces(each, width))) {
		const line = lines.at(-1) as string;
		if (line === '') lines[lines.length - 1] = word;
		else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
		else lines.push(word);
	}
	return lines;
};

const pieces = (word: string, width: number): string[] => word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [];
