import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FramefanError } from '#shared/errors.ts';

/**
 * A CloudFormation resource of the template, with unresolved intrinsic functions. It is only made where its condition, if
 * it has one, resolves to `true`.
 */
export type Resource = { type: string; properties: Record<string, unknown>; condition?: unknown };
export type Template = {
	resources: Map<string, Resource>;
	parameters: Map<string, Parameter>;
	outputs: Map<string, unknown>;
};

type Parameter = { default?: string; allowedPattern?: RegExp; min?: number; max?: number; constraint?: string };
type Json = Record<string, unknown>;
const object = (value: unknown): Json => (value ?? {}) as Json;

/** Reads the template of an assembly; refuses unknown sections. */
export function readTemplate(assembly: string, stackName: string): Template {
	const text = readFileSync(join(assembly, `${stackName}.template.json`), 'utf8');
	const { Description, Resources, Parameters, Conditions, Outputs, Rules, ...unknown } = JSON.parse(text) as Json;
	const unknownRules = Object.keys(object(Rules)).filter(name => name !== 'CheckBootstrapVersion');
	const refused = [...Object.keys(unknown), ...unknownRules];
	if (refused.length > 0) throw new FramefanError(`The local stack can't run template section ${refused.join(', ')}`);
	return {
		resources: new Map(
			Object.entries(object(Resources)).map(([id, value]) => {
				const { Type, Properties, Condition } = object(value);
				const condition = Condition === undefined ? {} : { condition: object(Conditions)[String(Condition)] };
				return [id, { type: String(Type), properties: object(Properties), ...condition }];
			}),
		),
		parameters: new Map(
			Object.entries(object(Parameters))
				.filter(([id]) => id !== 'BootstrapVersion')
				.map(([id, value]) => {
					const { Default, AllowedPattern, MinValue, MaxValue, ConstraintDescription } = object(value);
					return [
						id,
						{
							...(Default === undefined ? {} : { default: String(Default) }),
							...(AllowedPattern ? { allowedPattern: new RegExp(`^(?:${AllowedPattern})$`) } : {}),
							...(MinValue === undefined ? {} : { min: Number(MinValue) }),
							...(MaxValue === undefined ? {} : { max: Number(MaxValue) }),
							...(ConstraintDescription === undefined ? {} : { constraint: String(ConstraintDescription) }),
						},
					];
				}),
		),
		outputs: new Map(Object.entries(object(Outputs)).map(([id, value]) => [id, object(value).Value])),
	};
}

/** Folders of the assembly's assets by the S3 key under which a deployment would store them. */
export function readAssets(assembly: string, stackName: string): Map<string, string> {
	const { files } = JSON.parse(readFileSync(join(assembly, `${stackName}.assets.json`), 'utf8')) as {
		files: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
	};
	return new Map(
		Object.values(files).flatMap(({ source, destinations }) =>
			Object.values(destinations).map(({ objectKey }) => [objectKey, join(assembly, source.path)] as const),
		),
	);
}

/** Validates parameter values like CloudFormation. */
export function parameterValues(template: Template, given: Record<string, string>): Map<string, string> {
	const unknown = Object.keys(given).filter(id => !template.parameters.has(id));
	if (unknown.length > 0) throw new FramefanError(`The template has no parameter ${unknown.join(', ')}`);
	return new Map(
		[...template.parameters].map(([id, { default: preset, allowedPattern, min, max, constraint }]) => {
			const value = given[id] ?? preset;
			if (value === undefined) throw new FramefanError(`Parameter ${id} needs a value`);
			const refuse = (why: string): never => {
				throw new FramefanError(`Parameter ${id} is ${JSON.stringify(value)}: ${constraint ?? why}`);
			};
			if (allowedPattern && !allowedPattern.test(value)) refuse(`it doesn't match ${allowedPattern.source}`);
			if ((min !== undefined && !(Number(value) >= min)) || (max !== undefined && !(Number(value) <= max)))
				refuse(`it must be a number from ${min} to ${max}`);
			return [id, value];
		}),
	);
}

/** Values of `Ref` and `Fn::GetAtt` for a provisioned resource. */
export type Attributes = { ref: string } & Record<string, string>;

export type Resolver = { resolve(value: unknown): unknown; text(value: unknown): string };

/** Resolves the intrinsic functions that the stack uses; refuses others. */
export function makeResolver(values: {
	parameters: Map<string, string>;
	pseudo: Record<string, string>;
	attributes: Map<string, Attributes>;
}): Resolver {
	const ref = (id: string): string => {
		const found = values.parameters.get(id) ?? values.pseudo[id] ?? values.attributes.get(id)?.ref;
		if (found === undefined) throw new FramefanError(`The local stack can't resolve Ref ${id}`);
		return found;
	};
	const attribute = (id: string, name: string): string => {
		const found = values.attributes.get(id)?.[name];
		if (found === undefined) throw new FramefanError(`The local stack can't resolve Fn::GetAtt ${id}.${name}`);
		return found;
	};
	const substitute = (text: string): string =>
		text.replace(/\$\{([^!}]+)\}/g, (_, name: string) => {
			const [id, rest] = name.split(/\.(.*)/s) as [string, string | undefined];
			return rest === undefined ? ref(id) : attribute(id, rest);
		});
	const intrinsics: Record<string, (argument: unknown) => unknown> = {
		Ref: argument => ref(String(argument)),
		'Fn::GetAtt': argument => attribute(...((argument as string[]).map(String) as [string, string])),
		'Fn::Join': argument => {
			const [separator, parts] = argument as [string, unknown[]];
			return parts.map(part => String(resolve(part))).join(separator);
		},
		'Fn::Equals': argument => {
			const [left, right] = (argument as unknown[]).map(each => String(resolve(each)));
			return left === right;
		},
		'Fn::Not': argument => resolve((argument as unknown[])[0]) !== true,
		'Fn::Sub': argument => {
			if (typeof argument !== 'string') throw new FramefanError("The local stack can't run Fn::Sub with a map");
			return substitute(argument);
		},
	};
	const resolve = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(resolve);
		if (typeof value !== 'object' || value === null) return value;
		const entries = Object.entries(value);
		const [name, argument] = entries[0] ?? [];
		if (entries.length === 1 && name && (name === 'Ref' || name.startsWith('Fn::'))) {
			const intrinsic = intrinsics[name];
			if (!intrinsic) throw new FramefanError(`The local stack can't run the intrinsic function ${name}`);
			return intrinsic(argument);
		}
		return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner)]));
	};
	return { resolve, text: value => String(resolve(value)) };
}
