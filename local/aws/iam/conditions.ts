type Operator = { holds: (wanted: string, given: string) => boolean; isNegated?: true };

const operators: Readonly<Record<string, Operator>> = {
	StringEquals: { holds: (wanted, given) => wanted === given },
	StringNotEquals: { holds: (wanted, given) => wanted === given, isNegated: true },
	StringLike: { holds: matches },
	StringNotLike: { holds: matches, isNegated: true },
	ArnEquals: { holds: matches },
	ArnLike: { holds: matches },
	Bool: { holds: (wanted, given) => wanted.toLowerCase() === given.toLowerCase() },
};

const ifExists = /IfExists$/;

/** Whether a condition operator can be evaluated here; all but `Null` may end in `IfExists`. */
export function knownOperator(name: string): boolean {
	return name === 'Null' || Object.hasOwn(operators, name.replace(ifExists, ''));
}

/**
 * Whether all conditions of a statement hold: those of all operators and all keys, for each key by one of its values.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * @param conditions operator → key → values
 * @param given the condition keys of the request
 */
export function conditionsHold(
	conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
	given: Readonly<Record<string, string>>,
): boolean {
	// Names of keys are not case-sensitive.
	const values = new Map(Object.entries(given).map(([key, value]) => [key.toLowerCase(), value]));
	return Object.entries(conditions).every(([name, keys]) =>
		Object.entries(keys).every(([key, wanted]) => holds(name, wanted, values.get(key.toLowerCase()))),
	);
}

function holds(name: string, wanted: readonly string[], value: string | undefined): boolean {
	if (name === 'Null') return wanted.some(each => (each === 'true') === (value === undefined));
	const operator = operators[name.replace(ifExists, '')];
	if (!operator) return false;
	// A key that is absent matches no value, which is what a negated operator asks for.
	if (value === undefined) return ifExists.test(name) || operator.isNegated === true;
	return wanted.some(each => operator.holds(each, value)) !== (operator.isNegated === true);
}

/** Whether a text matches a pattern of IAM, in which `*` is any text, also with `/`, and `?` any character. */
export function matches(pattern: string, text: string): boolean {
	const escaped = pattern
		.replace(/[.+^${}()|[\]\\]/g, '\\$&')
		.replaceAll('*', '.*')
		.replaceAll('?', '.');
	return new RegExp(`^${escaped}$`, 's').test(text);
}
