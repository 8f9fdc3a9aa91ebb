import { Aws, CfnCondition, Fn } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSubscription, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** Stands for the topic that the stack makes. */
export const ownTopic = 'own';

/** The stack's own SNS topic for alarms. It is made even where another is notified instead: an unused one costs nothing. */
export function makeAlarmTopic(scope: Construct): Topic {
	const topic = new Topic(scope, 'Topic', { displayName: 'Framefan', enforceSSL: true });
	// A topic policy replaces the default one, which would let the account's alarms publish.
	topic.grantPublish(
		new ServicePrincipal('cloudwatch.amazonaws.com', {
			conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
		}),
	);
	return topic;
}

/** @param email address that the topic writes to; empty if there is none */
export function subscribe(scope: Construct, { topicArn }: Topic, email: string): void {
	const condition = new CfnCondition(scope, 'HasEmail', {
		expression: Fn.conditionNot(Fn.conditionEquals(email, '')),
	});
	const subscription = new CfnSubscription(scope, 'Email', { topicArn, protocol: 'email', endpoint: email });
	subscription.cfnOptions.condition = condition;
}

/** Notifies a topic. @param chosen its ARN, or `ownTopic` for the stack's own */
export function notify(scope: Construct, own: Topic, chosen: string): IAlarmAction {
	const { logicalId } = new CfnCondition(scope, 'HasOtherTopic', {
		expression: Fn.conditionNot(Fn.conditionEquals(chosen, ownTopic)),
	});
	const alarmActionArn = Fn.conditionIf(logicalId, chosen, own.topicArn).toString();
	return { bind: () => ({ alarmActionArn }) };
}
