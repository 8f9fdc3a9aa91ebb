import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FramefanStack } from '../../infra/stack.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tree of a template
export type Tree = any;

/** A template with context values. Code isn't bundled: only what is wired to what is looked at. */
export function chosenTemplate(
	context: Record<string, unknown> = {},
	stackName = 'Framefan',
	layersFor: 'host' | 'deployment' = 'host',
): Template {
	const app = new App({ context: { 'aws:cdk:bundling-stacks': [], ...context } });
	return Template.fromStack(new FramefanStack(app, stackName, { layersFor }));
}

/** Ids and properties of the resources of a type. */
export function ofType(template: Template, type: string): [id: string, properties: Tree][] {
	return Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties]);
}

/** Context values that choose everything that can be chosen without a file. */
export const allChoices = {
	...{ stackName: 'Other', architecture: 'arm64', subnets: 'subnet-0a1b2c3d', securityGroups: 'sg-0a1b2c3d' },
	...{ proxy: 'http://10.0.0.5:3128', noProxy: 'video.example.com', stateRetentionDays: 30, logRetentionDays: 365 },
	...{ stateRemovalPolicy: 'destroy', logRemovalPolicy: 'retain' },
	kmsKey: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
	permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
};
