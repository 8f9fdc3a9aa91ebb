import { FramefanError } from './errors.ts';

/**
 * Reads the environment variables that a function needs; only `handler.ts` files call it.
 * @throws FramefanError that names all missing ones
 */
export function readEnvironment<Name extends string>(...names: Name[]): Record<Name, string> {
	const missing = names.filter(name => process.env[name] === undefined);
	if (missing.length > 0) {
		throw new FramefanError(
			`Environment variable ${missing.join(', ')} is not set: the stack must set it on this function`,
		);
	}
	return Object.fromEntries(names.map(name => [name, process.env[name]])) as Record<Name, string>;
}
