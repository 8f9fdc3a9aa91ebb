/** Objects in documents whose fields are data, so that each one means something: what is in them is left as it is. */
const data = new Set(['provenance', 'annotation', 'meta']);

/** A field that no release has. */
export const unknownField = { ofAnotherRelease: { which: 'the one after' } };

/** The value as another release may write it: each object in it has one more field. */
export function ofAnotherRelease(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(ofAnotherRelease);
	if (typeof value !== 'object' || value === null) return value;
	const fields = Object.entries(value).map(([key, each]) => [key, data.has(key) ? each : ofAnotherRelease(each)]);
	return { ...Object.fromEntries(fields), ...unknownField };
}
