import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { allRoutes } from '../../functions/api/routes.ts';
import type { Deployment } from '../deployment.ts';
import { settings } from '../settings.ts';

/** What a line of the access log says. Not the query, and nothing of the body. */
const accessLine = {
	time: '$context.requestTime',
	requestId: '$context.requestId',
	caller: '$context.identity.userArn',
	sourceIp: '$context.identity.sourceIp',
	userAgent: '$context.identity.userAgent',
	method: '$context.httpMethod',
	path: '$context.path',
	routeKey: '$context.routeKey',
	status: '$context.status',
	responseLength: '$context.responseLength',
	responseMs: '$context.responseLatency',
	functionMs: '$context.integrationLatency',
	error: '$context.error.message',
	functionError: '$context.integrationErrorMessage',
};

/** The HTTP API, whose routes all go to one function: callers sign, are throttled, and are in the access log. */
export class HttpEntry extends HttpApi {
	constructor(scope: Construct, id: string, api: IFunction, { logs }: Pick<Deployment, 'logs'>) {
		super(scope, id, {
			// Otherwise the APIs of two stacks would have one name.
			apiName: Stack.of(scope).stackName,
			defaultAuthorizer: new HttpIamAuthorizer(),
			createDefaultStage: false,
		});
		const log = new LogGroup(this, 'AccessLog', logs);
		new HttpStage(this, 'DefaultStage', {
			httpApi: this,
			stageName: '$default',
			autoDeploy: true,
			throttle: settings.requests,
			accessLogSettings: {
				destination: new LogGroupLogDestination(log),
				format: AccessLogFormat.custom(JSON.stringify(accessLine)),
			},
		});
		const integration = new HttpLambdaIntegration('ApiIntegration', api);
		for (const { method, path } of allRoutes) this.addRoutes({ path, methods: [HttpMethod[method]], integration });
	}
}
