type Cell = string | number | null;

/** A line of CSV (RFC 4180), with its end. */
export function csvLine(cells: Cell[]): string {
	return `${cells.map(textOf).join(',')}\n`;
}

/** Spreadsheets take a text that begins so for a formula, and names from a server may be anything. */
const formula = /^[=+\-@\t\r]/;

const textOf = (value: Cell): string => {
	if (typeof value === 'number') return String(value);
	const text = value === null ? '' : formula.test(value) ? `'${value}` : value;
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
