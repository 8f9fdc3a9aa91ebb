import { invalidParameter, SqsError } from './errors.ts';
import { boundedInteger } from './queue-attributes.ts';

/** The JSON object of a request, read value by value. Every reader throws an {@link SqsError} that names the parameter. */
export class Parameters {
	readonly #values: Readonly<Record<string, unknown>>;

	constructor(values: unknown) {
		if (typeof values !== 'object' || values === null || Array.isArray(values))
			throw new SqsError('SerializationException', 'A JSON object is expected.');
		this.#values = values as Record<string, unknown>;
	}

	/** Refuses parameters that an operation does not know, instead of ignoring them. */
	allowOnly(names: readonly string[]): void {
		const unknown = Object.keys(this.#values).find(name => !names.includes(name));
		if (unknown)
			throw new SqsError('UnsupportedOperation', `The parameter ${unknown} is not supported by the local SQS.`);
	}

	text(name: string): string {
		const value = this.optionalText(name);
		if (value === undefined) throw new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
		return value;
	}

	optionalText(name: string): string | undefined {
		const value = this.#values[name] ?? undefined;
		if (value !== undefined && typeof value !== 'string') throw invalidParameter(name, value, 'It must be a string.');
		return value;
	}

	integer(name: string, min: number, max: number): number {
		return this.optionalInteger(name, min, max) ?? boundedInteger(name, undefined, min, max);
	}

	optionalInteger(name: string, min: number, max: number): number | undefined {
		const value = this.#values[name] ?? undefined;
		return value === undefined ? undefined : boundedInteger(name, value, min, max);
	}

	/** An object; undefined when there is none. */
	optionalObject(name: string): Parameters | undefined {
		const value = this.#values[name] ?? undefined;
		return value === undefined ? undefined : new Parameters(value);
	}

	/** A list of strings; empty when there is none. */
	texts(name: string): string[] {
		const list = this.#values[name] ?? [];
		if (!Array.isArray(list) || list.some(item => typeof item !== 'string'))
			throw invalidParameter(name, list, 'It must be a list of strings.');
		return list as string[];
	}

	/** A list of objects; empty when there is none. */
	entries(name: string): Parameters[] {
		const list = this.#values[name] ?? [];
		if (!Array.isArray(list)) throw invalidParameter(name, list, 'It must be a list.');
		return list.map(item => new Parameters(item));
	}

	/** An object whose values are strings; empty when there is none. */
	map(name: string): Record<string, string> {
		const map = this.#values[name] ?? {};
		if (typeof map !== 'object' || Object.values(map).some(value => typeof value !== 'string'))
			throw invalidParameter(name, map, 'It must be a map to strings.');
		return map as Record<string, string>;
	}
}
