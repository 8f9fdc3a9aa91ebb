import type { Node } from 'constructs';
import { FramefanError } from '../functions/shared/errors.ts';
import { contextKeys } from './context-keys.ts';

type Keys = typeof contextKeys;

/** What was chosen when the template was made. */
export type Choices = { readonly [Key in keyof Keys]: ReturnType<Keys[Key]['read']> };

/**
 * Reads what the CDK context says, from `-c KEY=VALUE` or cdk.json.
 * @throws FramefanError for an invalid value, or an unknown key
 */
export function readChoices(node: Node): Choices {
	refuseUnknown(node);
	const entries = Object.entries(contextKeys).map(([key, { default: preset, read }]) => [
		key,
		read(textOf(key, node.tryGetContext(key) ?? preset), key),
	]);
	const choices = Object.fromEntries(entries) as Choices;
	refuseTogether(choices);
	return choices;
}

/** Set by the local stack. */
const forLocalStack = 'layersFor';

/** A misspelled key would be ignored silently. The CDK's own keys have other characters than letters. */
const refuseUnknown = (node: Node): void => {
	const isUnknown = (key: string) => /^[A-Za-z]+$/.test(key) && key !== forLocalStack && !(key in contextKeys);
	const unknown = Object.keys(node.getAllContext()).filter(isUnknown);
	if (unknown.length > 0)
		throw new FramefanError(
			`There is no context key ${unknown.join(', ')}: the keys are ${Object.keys(contextKeys).join(', ')}`,
		);
};

const textOf = (key: string, value: unknown): string => {
	if (Array.isArray(value)) return value.map(each => textOf(key, each)).join(',');
	if (typeof value === 'string' || typeof value === 'number') return String(value);
	throw new FramefanError(`The context value ${key} is ${JSON.stringify(value)}: give a string`);
};

const refuseTogether = ({ subnets, securityGroups, proxy, noProxy }: Choices): void => {
	if (subnets.length > 0 !== securityGroups.length > 0) {
		const [given, missing] = subnets.length > 0 ? ['subnets', 'securityGroups'] : ['securityGroups', 'subnets'];
		throw new FramefanError(
			`The context has ${given} and no ${missing}: functions in a VPC need both, so give ${missing}, or leave out ${given}`,
		);
	}
	if (noProxy && !proxy)
		throw new FramefanError(
			`The context value noProxy is ${JSON.stringify(noProxy)} and there is no proxy: give proxy, or leave out noProxy`,
		);
};
