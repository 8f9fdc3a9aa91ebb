import type { Settings } from '../settings.ts';

/** Maximum number of names that a message lists. */
const listed = 10;

/** Whether a rule names classes or tags. */
export function namesLabels({ select = [] }: Pick<Settings, 'select'>): boolean {
	return select.some(rule => 'annotated' in rule && (rule.annotated.classes || rule.annotated.tags));
}

/** A class or tag of a rule that the source project does not have, in words; undefined if it has all of them. */
export function unknownName(
	{ select = [] }: Pick<Settings, 'select'>,
	meta: { classes: { title: string }[]; tags: { name: string }[] },
	project: number,
): string | undefined {
	const known = { classes: meta.classes.map(({ title }) => title), tags: meta.tags.map(({ name }) => name) };
	for (const [n, rule] of select.entries()) {
		if (!('annotated' in rule)) continue;
		for (const [kind, word] of [
			['classes', 'class'],
			['tags', 'tag'],
		] as const) {
			const missing = rule.annotated[kind]?.find(name => !known[kind].includes(name));
			if (missing === undefined) continue;
			const some = known[kind].slice(0, listed).map(name => JSON.stringify(name));
			const more = known[kind].length > listed ? ` and ${known[kind].length - listed} more` : '';
			const has = some.length === 0 ? `it has no ${kind}` : `it has ${some.join(', ')}${more}`;
			return `settings.select[${n}].annotated.${kind} has ${JSON.stringify(missing)}, and project ${project} has no such ${word}: ${has}`;
		}
	}
	return undefined;
}
