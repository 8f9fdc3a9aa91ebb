import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FramefanStack } from '../../infra/stack.ts';

// biome-ignore lint/suspicious/noExplicitAny: the tree of a template
export type Tree = any;

/** The template with these context values. Code isn't bundled: only what is wired to what is looked at. */
export function chosenTemplate(context: Record<string, unknown> = {}, stackName = 'Framefan'): Template {
	const app = new App({ context: { 'aws:cdk:bundling-stacks': [], ...context } });
	return Template.fromStack(new FramefanStack(app, stackName, { layersFor: 'host' }));
}

/** Ids and properties of the resources of a type. */
export function ofType(template: Template, type: string): [id: string, properties: Tree][] {
	return Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties]);
}
