import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type BucketLocationConstraint, CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { FramefanError, messageOf } from '#shared/errors.ts';
import { checkS3 } from './check-s3.ts';
import { hostLayer } from './host-layer.ts';
import { knownProperties } from './known-properties.ts';
import { type EventSource, startEventSource } from './lambda/event-source.ts';
import { type LocalFunction, makeFunction } from './lambda/function.ts';
import {
	credentialVariables,
	permission,
	policy,
	pollerOf,
	resourcePolicy,
	role,
	withPermission,
	withRole,
} from './provision-rights.ts';
import { ruleEvent, scheduleInput, startTimer } from './rule-timer.ts';
import { arn, type Provision, properties, type StackContext } from './stack-context.ts';
import type { Resource } from './template.ts';

const physicalName = ({ prefix }: StackContext, id: string) => `${prefix}-${id.toLowerCase()}`;
const assetFolder = (context: StackContext, id: string, location: unknown): string => {
	const folder = context.assets.get(String((location as { S3Key?: unknown } | undefined)?.S3Key));
	if (!folder) throw new FramefanError(`The local stack can't run ${id}: its code isn't an asset of the assembly`);
	return folder;
};
const functionByArn = (context: StackContext, wanted: unknown): LocalFunction => {
	for (const [id, worker] of context.functions) {
		const attributes = context.attributes.get(id);
		if (attributes?.Arn === wanted || attributes?.ref === wanted) return worker;
	}
	throw new FramefanError(`The template refers to an unknown function: ${String(wanted)}`);
};

/** The first line of an error message, without the debugging hints after it. */
const firstLine = (error: unknown): string => messageOf(error).split('\n')[0] as string;

const bucket: Provision = async (context, id) => {
	const Bucket = physicalName(context, id);
	const { region } = context;
	// us-east-1 must not be given as a location constraint.
	const place =
		region === 'us-east-1'
			? {}
			: { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
	await context.s3
		.send(new HeadBucketCommand({ Bucket }))
		.catch(() => context.s3.send(new CreateBucketCommand({ Bucket, ...place })))
		.catch(error => {
			throw new FramefanError(`Bucket ${Bucket} could not be created: ${firstLine(error)}`);
		});
	const store = makeStateStore(context.s3, Bucket);
	const warning = context.isOwn.s3 ? undefined : await checkS3(store, context.s3Url);
	if (warning) context.warnings.push(warning);
	context.attributes.set(id, { ref: Bucket, Arn: `arn:aws:s3:::${Bucket}` });
};

const queue: Provision = async (context, id, resource) => {
	const wanted = properties(context, resource);
	const Attributes: Record<string, string> = {};
	for (const name of ['VisibilityTimeout', 'MessageRetentionPeriod', 'DelaySeconds', 'MaximumMessageSize']) {
		if (wanted[name] !== undefined) Attributes[name] = String(wanted[name]);
	}
	if (wanted.RedrivePolicy) Attributes.RedrivePolicy = JSON.stringify(wanted.RedrivePolicy);
	const QueueName = physicalName(context, id);
	const { QueueUrl: told = '' } = await context.sqs.send(new CreateQueueCommand({ QueueName })).catch(error => {
		const isOther = error instanceof SyntaxError ? ' (the answer is not in the SQS JSON protocol)' : '';
		throw new FramefanError(`Queue ${QueueName} could not be created: ${firstLine(error)}${isOther}`);
	});
	// Some services return a URL with an unknown or invalid host.
	const QueueUrl = new URL(context.sqsUrl).origin + told.replace(/^https?:\/\/[^/]*/, '');
	const [Arn] = await Promise.all([
		context.isOwn.sqs ? arn(context, 'sqs', QueueName) : arnOf(context, QueueUrl),
		context.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })),
	]);
	context.attributes.set(id, { ref: QueueUrl, Arn, QueueName });
};

const arnOf = async ({ sqs }: StackContext, QueueUrl: string): Promise<string> => {
	const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
	return (await sqs.send(asked)).Attributes?.QueueArn as string;
};

const layer: Provision = (context, id, resource) => {
	const content = assetFolder(context, id, properties(context, resource).Content);
	context.attributes.set(id, { ref: hostLayer(content, process.env.FFMPEG_PATH) });
};

const lambda: Provision = (context, id, resource) => {
	const wanted = properties(context, resource);
	const { Variables = {} } = (wanted.Environment ?? {}) as { Variables?: Record<string, string> };
	const configuration = {
		name: id,
		arn: arn(context, 'lambda', `function:${id}`),
		handler: String(wanted.Handler),
		taskRoot: assetFolder(context, id, wanted.Code),
		layers: ((wanted.Layers ?? []) as string[]).map(String),
		environment: { ...context.lambdaEnvironment, ...credentialVariables(context, wanted.Role), ...Variables },
		timeoutSeconds: Number(wanted.Timeout ?? 3),
		memoryMiB: Number(wanted.MemorySize ?? 128),
	};
	const temporaryRoot = join(context.dataDir, 'tmp');
	mkdirSync(temporaryRoot, { recursive: true });
	const made = makeFunction(configuration, {
		// Enough for the pollers of a queue (see eventSource) plus requests and timers.
		concurrency: Number(wanted.ReservedConcurrentExecutions ?? availableParallelism() + 8),
		temporaryRoot,
		logPath: join(context.dataDir, 'logs', `${id}.log`),
		...(context.launch ? { launch: context.launch } : {}),
	});
	context.functions.set(id, made);
	context.attributes.set(id, { ref: configuration.name, Arn: configuration.arn, Role: String(wanted.Role) });
	context.disposers.push(() => made.close());
};

const eventSource: Provision = (context, id, resource) => {
	if (context.isIdle) return;
	const wanted = properties(context, resource);
	const source = [...context.attributes.values()].find(attributes => attributes.Arn === wanted.EventSourceArn);
	if (!source) throw new FramefanError(`${id} refers to a queue that the template doesn't have`);
	const { MaximumConcurrency = 1000 } = (wanted.ScalingConfig ?? {}) as { MaximumConcurrency?: number };
	const mapping: EventSource = {
		queueUrl: source.ref,
		queueArn: String(source.Arn),
		region: context.region,
		worker: functionByArn(context, wanted.FunctionName),
		batchSize: Number(wanted.BatchSize ?? 10),
		pollers: Math.min(Number(MaximumConcurrency), availableParallelism()),
		// Some services deliver a message to a poll whose client is gone, which hides it from the next stack.
		waitSeconds: context.isOwn.sqs ? 20 : 2,
		reportsItemFailures: ((wanted.FunctionResponseTypes ?? []) as string[]).includes('ReportBatchItemFailures'),
	};
	const sqs = pollerOf(context, String(wanted.FunctionName), mapping.queueArn);
	context.disposers.push(startEventSource(sqs, mapping));
};

const route: Provision = (context, id, resource) => {
	const wanted = properties(context, resource);
	const integration = context.attributes.get(String(wanted.Target).replace('integrations/', ''));
	if (!integration) throw new FramefanError(`${id} has no integration`);
	const type = wanted.AuthorizationType ?? 'NONE';
	if (type !== 'AWS_IAM' && type !== 'NONE')
		throw new FramefanError(`The local stack can't authorize ${id} by ${String(type)}`);
	const routeKey = String(wanted.RouteKey);
	const [method, path] = routeKey.split(' ') as [string, string];
	const sourceArn = arn(context, 'execute-api', `local/$default/${method}${path}`);
	context.routes.push({
		routeKey,
		worker: withPermission(context, functionByArn(context, integration.uri), 'apigateway.amazonaws.com', sourceArn),
		signed: type === 'AWS_IAM',
	});
};

const integration: Provision = (context, id, resource) => {
	const wanted = properties(context, resource);
	if (wanted.IntegrationType !== 'AWS_PROXY' || wanted.PayloadFormatVersion !== '2.0') {
		throw new FramefanError(`The local stack can't run ${id}: it is not an AWS_PROXY integration with payload 2.0`);
	}
	context.attributes.set(id, { ref: id, uri: String(wanted.IntegrationUri) });
};

const rule: Provision = (context, id, resource) => {
	const wanted = properties(context, resource);
	const ruleArn = arn(context, 'events', `rule/${id}`);
	context.attributes.set(id, { ref: id, Arn: ruleArn });
	if (wanted.EventPattern) throw new FramefanError(`The local stack can't run ${id}: it has an EventPattern`);
	if (wanted.State === 'DISABLED' || context.isIdle) return;
	for (const target of (wanted.Targets ?? []) as { Arn: string; Input?: string }[]) {
		const { region, accountId } = context;
		const worker = withPermission(context, functionByArn(context, target.Arn), 'events.amazonaws.com', ruleArn);
		const stop = startTimer(String(wanted.ScheduleExpression), 'UTC', time => {
			const event: unknown =
				target.Input === undefined ? ruleEvent({ arn: ruleArn, region, accountId }, time) : JSON.parse(target.Input);
			// A failed invocation is in the function's log; the rule continues.
			worker.invoke(event).catch(() => {});
		});
		context.disposers.push(stop);
	}
};

const schedule: Provision = (context, id, resource) => {
	const wanted = properties(context, resource);
	context.attributes.set(id, { ref: id, Arn: arn(context, 'scheduler', `schedule/default/${id}`) });
	const target = wanted.Target as { Arn: string; RoleArn: string; Input?: string };
	if ((wanted.FlexibleTimeWindow as { Mode?: string } | undefined)?.Mode !== 'OFF')
		throw new FramefanError(`The local stack can't run ${id}: it has a flexible time window`);
	if (target.Input === undefined) throw new FramefanError(`The local stack can't run ${id}: its target has no input`);
	const { Input } = target;
	if (wanted.State === 'DISABLED' || context.isIdle) return;
	const worker = withRole(context, functionByArn(context, target.Arn), target);
	const timeZone = String(wanted.ScheduleExpressionTimezone ?? 'UTC');
	const stop = startTimer(String(wanted.ScheduleExpression), timeZone, time => {
		// A failed invocation is in the function's log; the schedule continues.
		worker.invoke(scheduleInput(Input, time)).catch(() => {});
	});
	context.disposers.push(stop);
};

/** For resources without effect locally. */
const noOp =
	(service: string): Provision =>
	(context, id) => {
		context.attributes.set(id, { ref: id, Arn: arn(context, service, id) });
	};

/**
 * Provisioners by resource type, in order of provisioning: later types refer to earlier ones. Resources of one type are
 * provisioned at the same time.
 */
const provisioners: [type: string, provision: Provision][] = [
	['AWS::IAM::Role', role],
	['AWS::Logs::LogGroup', noOp('logs')],
	['AWS::S3::Bucket', bucket],
	['AWS::SQS::Queue', queue],
	['AWS::Lambda::LayerVersion', layer],
	['AWS::Lambda::Function', lambda],
	['AWS::ApiGatewayV2::Api', (context, id) => void context.attributes.set(id, { ref: 'local' })],
	['AWS::ApiGatewayV2::Stage', noOp('apigateway')],
	['AWS::ApiGatewayV2::Integration', integration],
	['AWS::ApiGatewayV2::Route', route],
	['AWS::S3::BucketPolicy', resourcePolicy],
	['AWS::SQS::QueuePolicy', resourcePolicy],
	['AWS::IAM::Policy', policy],
	// Destinations for events that a function failed to handle: here such failures are only in its log.
	['AWS::Lambda::EventInvokeConfig', noOp('lambda')],
	['AWS::SNS::Topic', noOp('sns')],
	['AWS::SNS::TopicPolicy', noOp('sns')],
	['AWS::SNS::Subscription', noOp('sns')],
	['AWS::CloudWatch::Alarm', noOp('cloudwatch')],
	['AWS::CloudWatch::Dashboard', noOp('cloudwatch')],
	['AWS::Events::Rule', rule],
	['AWS::Scheduler::Schedule', schedule],
	['AWS::Lambda::Permission', permission],
	['AWS::Lambda::EventSourceMapping', eventSource],
];

/**
 * Provisions the resources of a template on loopback.
 * @throws FramefanError with an unsupported resource type or property, so that nothing deployed is silently missing here
 */
export async function provision(context: StackContext, resources: Map<string, Resource>): Promise<void> {
	const known = new Set(provisioners.map(([type]) => type));
	for (const [id, { type, properties: given }] of resources) {
		if (!known.has(type)) throw new FramefanError(`The local stack can't run ${id}: it has no ${type}`);
		const unknown = Object.keys(given).filter(name => !knownProperties[type]?.includes(name));
		if (unknown.length > 0)
			throw new FramefanError(`The local stack can't run ${id}: ${type} has ${unknown.join(', ')}`);
	}
	for (const [type, make] of provisioners) {
		const ofType = [...resources].filter(([, { type: its, condition }]) => {
			return its === type && (condition === undefined || context.resolver.resolve(condition) === true);
		});
		// A queue with a redrive policy refers to a dead-letter queue, which has none.
		const [first, then] = [false, true].map(isLater =>
			ofType.filter(([, resource]) => 'RedrivePolicy' in resource.properties === isLater),
		);
		for (const wave of [first, then])
			await Promise.all((wave ?? []).map(async ([id, resource]) => make(context, id, resource)));
	}
}
