import { FramefanError } from '#shared/errors.ts';
import { conditionsHold, knownOperator, matches } from './conditions.ts';

/** What a request asks for, as IAM sees it. */
export type AccessRequest = {
	/** Such as `s3:GetObject`. */
	readonly action: string;
	/** ARN, or `*` where an action has none. */
	readonly resource: string;
	/** Condition keys of the request, such as `s3:prefix`; a key that is not here is absent. */
	readonly keys?: Readonly<Record<string, string>>;
};

/** One statement of a policy. */
export type Statement = {
	readonly effect: 'Allow' | 'Deny';
	readonly actions: readonly string[];
	readonly resources: readonly string[];
	/** ARNs of the principals of a resource policy, or `*`; absent in the policy of a role. */
	readonly principals?: readonly string[];
	/** Operator → condition key → values. */
	readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

type Json = Record<string, unknown>;

const known = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'];

/**
 * Reads a policy document whose intrinsic functions are resolved.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 * @throws FramefanError with the element or the operator that is not supported here, such as `NotAction`
 */
export function parseStatements(document: unknown): Statement[] {
	return list((document as Json).Statement).map(each => {
		const { Effect, Action, Resource, Principal, Condition = {}, ...rest } = each as Json;
		const unknown = Object.keys(rest).filter(name => !known.includes(name));
		const operators = Object.keys(Condition as Json).filter(name => !knownOperator(name));
		if (unknown.length + operators.length > 0)
			throw new FramefanError(`The local stack can't evaluate a policy with ${[...unknown, ...operators].join(', ')}`);
		return {
			effect: Effect === 'Deny' ? 'Deny' : 'Allow',
			actions: texts(Action),
			resources: texts(Resource),
			conditions: Object.fromEntries(
				Object.entries(Condition as Record<string, Json>).map(([operator, keys]) => [
					operator,
					Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, texts(values)])),
				]),
			),
			...(Principal === undefined ? {} : { principals: principalsOf(Principal) }),
		};
	});
}

/** Whether a statement applies to a request of a principal. */
export function applies(statement: Statement, request: AccessRequest, principal: string): boolean {
	const { actions, resources, principals, conditions } = statement;
	return (
		(principals?.some(who => who === '*' || who === principal) ?? true) &&
		// Names of actions are not case-sensitive, unlike ARNs and values.
		actions.some(action => matches(action.toLowerCase(), request.action.toLowerCase())) &&
		resources.some(resource => matches(resource, request.resource)) &&
		conditionsHold(conditions, request.keys ?? {})
	);
}

/** The ARNs of a principal, without services: they send none of the requests that are evaluated here. */
function principalsOf(principal: unknown): string[] {
	return typeof principal === 'string' ? [principal] : texts((principal as Json).AWS ?? []);
}

function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [value];
}

function texts(value: unknown): string[] {
	return list(value).map(String);
}
