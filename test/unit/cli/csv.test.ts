import { expect, test } from 'vitest';
import { csvLine } from '../../../cli/manifest/csv.ts';

test('cells with commas, quotes and line ends are quoted; null is empty', () => {
	expect(csvLine([1, null, 'a', 'b,c', 'say "no"', 'two\nlines'])).toBe('1,,a,"b,c","say ""no""","two\nlines"\n');
});

test('a text that a spreadsheet would take for a formula is none; numbers stay numbers', () => {
	const texts = ['=1+1', '+1', '-x', '@SUM(A1)', '\tx', '\rx', '=HYPERLINK("http://a,b")'];
	expect(csvLine(texts)).toBe(`'=1+1,'+1,'-x,'@SUM(A1),'\tx,"'\rx","'=HYPERLINK(""http://a,b"")"\n`);
	expect(csvLine([-1.5, 2e-7])).toBe('-1.5,2e-7\n');
});
