import { SQSClient } from '@aws-sdk/client-sqs';
import { FramefanError } from '#shared/errors.ts';
import type { Role } from './aws/iam/callers.ts';
import { matches } from './aws/iam/conditions.ts';
import { parseStatements } from './aws/iam/statement.ts';
import type { LocalFunction } from './lambda/function.ts';
import { InvocationError } from './lambda/runtime-api.ts';
import { type InvokePermission, type Provision, properties, type StackContext } from './stack-context.ts';

export const role: Provision = (context, id) => {
	const { roles, byArn } = context.rights;
	const Arn = `arn:aws:iam::${context.accountId}:role/${id}`;
	byArn.set(Arn, roles.add(Arn));
	context.attributes.set(id, { ref: id, Arn });
};

export const policy: Provision = (context, id, resource) => {
	const { PolicyDocument, Roles: names } = properties(context, resource);
	const statements = parseStatements(PolicyDocument);
	for (const name of (names ?? []) as string[])
		roleOf(context, String(context.attributes.get(name)?.Arn)).addPolicy(statements);
	context.attributes.set(id, { ref: id });
};

/** The policy of a bucket or of a queue. */
export const resourcePolicy: Provision = (context, id, resource) => {
	context.rights.roles.addResourcePolicy(parseStatements(properties(context, resource).PolicyDocument));
	context.attributes.set(id, { ref: id });
};

export const permission: Provision = (context, id, resource) => {
	const { FunctionName, Principal, SourceArn, Action } = properties(context, resource);
	if (Action !== 'lambda:InvokeFunction')
		throw new FramefanError(`The local stack can't run ${id}: it permits ${String(Action)}`);
	const found = [...context.functions.keys()].find(name => {
		const attributes = context.attributes.get(name);
		return attributes?.ref === FunctionName || attributes?.Arn === FunctionName;
	});
	context.rights.permissions.push({
		functionName: String(found),
		principal: String(Principal),
		sourceArn: String(SourceArn ?? '*'),
	});
	context.attributes.set(id, { ref: id });
};

/** Whether the resource policy of a function lets a service invoke it for a resource, such as a rule. */
function mayInvoke({ rights }: StackContext, wanted: InvokePermission): boolean {
	return rights.permissions.some(
		({ functionName, principal, sourceArn }) =>
			functionName === wanted.functionName && principal === wanted.principal && matches(sourceArn, wanted.sourceArn),
	);
}

/** @throws FramefanError for a role that the template doesn't have */
function roleOf({ rights }: StackContext, roleArn: string): Role {
	const found = rights.byArn.get(roleArn);
	if (!found) throw new FramefanError(`The template refers to an unknown role: ${roleArn}`);
	return found;
}

const isAllOwn = ({ isOwn }: StackContext): boolean => isOwn.s3 && isOwn.sqs;

/** The variables with the keys of the function's role, or of the owner where an external service knows no roles. */
export function credentialVariables(context: StackContext, roleArn: unknown): Record<string, string> {
	const owner = context.credentials;
	const { accessKeyId, secretAccessKey } = isAllOwn(context) ? roleOf(context, String(roleArn)).credentials : owner;
	return {
		AWS_ACCESS_KEY_ID: accessKeyId,
		AWS_SECRET_ACCESS_KEY: secretAccessKey,
		...(owner.sessionToken ? { AWS_SESSION_TOKEN: owner.sessionToken } : {}),
	};
}

/**
 * The client of the poller that invokes a function, which acts as the function's role.
 * @throws FramefanError if the role lacks a right that the poller needs: Lambda refuses such a mapping, too
 */
export function pollerOf(context: StackContext, functionName: string, queueArn: string): SQSClient {
	if (!isAllOwn(context)) return context.sqs;
	const role = roleOf(context, String(context.attributes.get(functionName)?.Role));
	for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
		try {
			role.authorize({ action, resource: queueArn });
		} catch {
			throw new FramefanError(
				`The role of ${functionName} doesn't allow ${action} on ${queueArn}, which its poller needs`,
			);
		}
	}
	return new SQSClient({ region: context.region, credentials: role.credentials, endpoint: context.sqsUrl });
}

/** A function as a service may invoke it, which its resource policy has to allow. */
export function withPermission(
	context: StackContext,
	worker: LocalFunction,
	principal: string,
	sourceArn: string,
): LocalFunction {
	return {
		...worker,
		invoke: async event => {
			if (mayInvoke(context, { functionName: worker.name, principal, sourceArn })) return worker.invoke(event);
			throw new InvocationError('AccessDeniedException', `${principal} may not invoke ${worker.name} for ${sourceArn}`);
		},
	};
}

/** A function as a schedule may invoke it, whose role has to allow it. */
export function withRole(
	context: StackContext,
	worker: LocalFunction,
	{ Arn: resource, RoleArn }: { Arn: string; RoleArn: string },
): LocalFunction {
	return {
		...worker,
		invoke: async event => {
			roleOf(context, RoleArn).authorize({ action: 'lambda:InvokeFunction', resource });
			return worker.invoke(event);
		},
	};
}
