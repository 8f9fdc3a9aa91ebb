import { RemovalPolicy } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { LogGroupProps } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Target } from '../layers/target.ts';
import type { Choices } from './choices.ts';

/** What all parts of the stack have in common. */
export type Deployment = {
	choices: Choices;
	architecture: Architecture;
	/** The machine that the layers are for. */
	target: Target | 'host';
	/** The customer's key for state, messages and logs; undefined: the keys of the services. */
	key: IKey | undefined;
	/** How log lines are kept. */
	logs: Pick<LogGroupProps, 'retention' | 'removalPolicy' | 'encryptionKey'>;
};

const removalPolicies = { retain: RemovalPolicy.RETAIN, destroy: RemovalPolicy.DESTROY };

/** The removal policy that a choice names. */
export function removalPolicyOf(choice: keyof typeof removalPolicies): RemovalPolicy {
	return removalPolicies[choice];
}

/** Makes what all parts have in common, and sets the boundary of all roles of the stack. */
export function makeDeployment(scope: Construct, choices: Choices, layersFor: 'deployment' | 'host'): Deployment {
	const { kmsKey, permissionsBoundary } = choices;
	const key = kmsKey === undefined ? undefined : Key.fromKeyArn(scope, 'Key', kmsKey);
	if (permissionsBoundary !== undefined) {
		const boundary = ManagedPolicy.fromManagedPolicyArn(scope, 'PermissionsBoundary', permissionsBoundary);
		PermissionsBoundary.of(scope).apply(boundary);
	}
	const isArm = choices.architecture === 'arm64';
	return {
		choices,
		architecture: isArm ? Architecture.ARM_64 : Architecture.X86_64,
		target: layersFor === 'host' ? 'host' : { platform: 'linux', arch: isArm ? 'arm64' : 'x64' },
		key,
		logs: {
			retention: choices.logRetentionDays,
			removalPolicy: removalPolicyOf(choices.logRemovalPolicy),
			...(key ? { encryptionKey: key } : {}),
		},
	};
}
