import { withoutSecrets } from '../secrets.ts';
import { ruleOf, textTable } from '../table.ts';

/** A check and its result. A `note` is worth knowing, but nothing fails because of it. `remedy` may be empty. */
export type Check = { check: string; state: 'ok' | 'note' | 'wrong'; result: string; remedy: string };

export function ok(check: string, result: string): Check {
	return { check, state: 'ok', result, remedy: '' };
}

export function note(check: string, result: string, remedy: string): Check {
	return { check, state: 'note', result, remedy };
}

export function wrong(check: string, result: string, remedy: string): Check {
	return { check, state: 'wrong', result, remedy };
}

/** Removes tokens and passwords from checks: a result may quote an answer or an error. */
export function withoutSecretsIn(checks: Check[]): Check[] {
	return checks.map(each => ({
		...each,
		result: withoutSecrets(each.result),
		remedy: withoutSecrets(each.remedy),
	}));
}

const widths = [15, 31, 28];

/** A table of checks of at most 80 columns. */
export function checksTable(checks: Check[]): string {
	const rows = checks.map(({ check, state, result, remedy }) => [check, `${state}: ${result}`, remedy]);
	return textTable(widths, [['check', 'result', 'what to do'], ruleOf(widths), ...rows]);
}
