import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Choices } from './choices.ts';
import { PrivateCaLayer, privateCaPath } from './constructs/private-ca-layer.ts';
import type { StageFunction } from './constructs/stage-function.ts';

/** Hosts that are never reached by a proxy: ffmpeg reads videos from the function itself. */
const loopback = 'localhost,127.0.0.1';

/** Sets how the functions reach the Supervisely server: from which subnets, by which proxy, and whom they trust. */
export function reachOutside(scope: Construct, stages: StageFunction[], choices: Choices): void {
	const { subnets, proxy, noProxy, privateCa } = choices;
	const ca = privateCa === undefined ? undefined : new PrivateCaLayer(scope, 'PrivateCaLayer', privateCa);
	for (const stage of stages) {
		if (subnets.length > 0) putIntoVpc(stage, choices);
		if (proxy !== undefined) {
			// Node's fetch obeys these variables; the AWS SDK's clients have connections of their own and don't.
			stage.addEnvironment('NODE_USE_ENV_PROXY', '1');
			stage.addEnvironment('HTTPS_PROXY', proxy);
			stage.addEnvironment('HTTP_PROXY', proxy);
			stage.addEnvironment('NO_PROXY', noProxy === undefined ? loopback : `${loopback},${noProxy}`);
		}
		if (ca) {
			stage.addLayers(ca);
			stage.addEnvironment('NODE_EXTRA_CA_CERTS', privateCaPath);
		}
	}
}

/** Uses ids alone: the CDK's own `vpc` would look the VPC up in the account, or need to be told its zones. */
const putIntoVpc = (stage: StageFunction, { subnets, securityGroups }: Choices): void => {
	(stage.node.defaultChild as CfnFunction).vpcConfig = { subnetIds: subnets, securityGroupIds: securityGroups };
	stage.role?.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaVPCAccessExecutionRole'));
};
