/** Assumed width of a terminal that doesn't report one. */
const usualWidth = 80;

/** Where lines are printed: `process.stdout` or `process.stderr`. */
export type Output = { isTTY?: boolean; columns?: number; write(text: string): unknown };

/**
 * Prints a line such as `note: …`. On a terminal, a long line is wrapped and indented; elsewhere it stays one line, for
 * programs that read it.
 * @param label with the spaces before it, such as `  fault`
 */
export function printLine(output: Output, label: string, text: string): void {
	output.write(`${fitted(`${label}: ${text}`, output, label.length + 2)}\n`);
}

/** A text for an output, with lines that fit on a terminal. A word that is wider, such as an address, stays whole. */
export function fitted(text: string, { isTTY, columns = usualWidth }: Omit<Output, 'write'>, indent: number): string {
	if (!isTTY) return text;
	return text
		.split('\n')
		.map(line => broken(line, columns, indent))
		.join('\n');
}

const broken = (line: string, width: number, indent: number): string => {
	if (line.length <= width) return line;
	const lines = [''];
	for (const word of line.split(/(?<=\S) +/)) {
		const last = lines.at(-1) as string;
		if (last.trim() === '') lines[lines.length - 1] = last + word;
		else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(' '.repeat(indent) + word);
	}
	return lines.join('\n');
};
