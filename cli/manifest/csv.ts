type Cell = string | number | null;

/** A line of CSV, quoted as in RFC 4180, with a line feed at its end. */
export function csvLine(cells: Cell[]): string {
	return `${cells.map(textOf).join(',')}\n`;
}

/** Spreadsheets treat a text that begins like this as a formula, and names from a server may contain anything. */
const formula = /^[=+\-@\t\r]/;

const textOf = (value: Cell): string => {
	if (typeof value === 'number') return String(value);
	const text = value === null ? '' : formula.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
