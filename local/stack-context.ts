import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Role, Roles } from './aws/iam/callers.ts';
import type { HttpRoute } from './http-api.ts';
import type { LocalFunction } from './lambda/function.ts';
import type { Launcher } from './lambda/launch.ts';
import type { Services } from './services.ts';
import type { Attributes, Resolver, Resource } from './template.ts';

/** Who may do what in the stack. */
export type Rights = {
	roles: Roles;
	byArn: Map<string, Role>;
	/** Of services that invoke functions. */
	permissions: InvokePermission[];
};

/** The right of a service to invoke a function for one of its resources. */
export type InvokePermission = { functionName: string; principal: string; sourceArn: string };

/** Context for provisioning a stack: its services, and the resources provisioned so far. */
export type StackContext = {
	/** Folders of the assets, by S3 key. */
	assets: Map<string, string>;
	dataDir: string;
	region: string;
	accountId: string;
	/** Prefix of the names of buckets and queues. */
	prefix: string;
	/** Clients of the owner. */
	s3: S3Client;
	sqs: SQSClient;
	/** Of the owner. */
	credentials: Services['credentials'];
	rights: Rights;
	s3Url: string;
	sqsUrl: string;
	/** Whether S3 and SQS are started by the stack, or are external services. */
	isOwn: { s3: boolean; sqs: boolean };
	/** Environment variables that Lambda sets for every function: region, endpoints. */
	lambdaEnvironment: Record<string, string>;
	/** How the functions' code is run, if not with the current Node. */
	launch?: Launcher;
	resolver: Resolver;
	attributes: Map<string, Attributes>;
	functions: Map<string, LocalFunction>;
	routes: HttpRoute[];
	/** Warnings about the services, one line each. */
	warnings: string[];
	/** Close what was started; run in reverse order. */
	disposers: (() => unknown)[];
	/** Whether neither queues nor rules invoke functions: for reading the state only. */
	isIdle: boolean;
};

export type Provision = (context: StackContext, id: string, resource: Resource) => Promise<void> | void;

export function arn(context: StackContext, service: string, rest: string): string {
	return `arn:aws:${service}:${context.region}:${context.accountId}:${rest}`;
}

/** The properties of a resource, their intrinsic functions resolved. */
export function properties(context: StackContext, resource: Resource): Record<string, unknown> {
	return context.resolver.resolve(resource.properties) as Record<string, unknown>;
}
