/**
 * Properties of each resource type that the local stack acts on, or that mean nothing on one machine: names, tags,
 * rights to what doesn't run here, encryption in transit, how long things are kept, what is watched, how callers are
 * throttled. Any other is refused, since the local stack would silently differ from what is deployed.
 */
export const knownProperties: Record<string, string[]> = {
	'AWS::ApiGatewayV2::Api': ['Name', 'ProtocolType', 'Tags'],
	'AWS::ApiGatewayV2::Integration': ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion'],
	'AWS::ApiGatewayV2::Route': ['ApiId', 'AuthorizationType', 'RouteKey', 'Target'],
	'AWS::ApiGatewayV2::Stage': [
		...['ApiId', 'AutoDeploy', 'StageName', 'Tags', 'AccessLogSettings', 'DefaultRouteSettings'],
	],
	'AWS::CloudWatch::Alarm': [
		...['AlarmDescription', 'ComparisonOperator', 'Dimensions', 'EvaluationPeriods', 'MetricName', 'Namespace'],
		...['Period', 'Statistic', 'Tags', 'Threshold', 'TreatMissingData', 'AlarmActions', 'Metrics'],
	],
	'AWS::CloudWatch::Dashboard': ['DashboardBody', 'DashboardName', 'Tags'],
	'AWS::Events::Rule': ['ScheduleExpression', 'State', 'Tags', 'Targets', 'EventPattern'],
	'AWS::IAM::Policy': ['PolicyDocument', 'PolicyName', 'Roles'],
	'AWS::IAM::Role': ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Tags'],
	'AWS::Lambda::EventInvokeConfig': ['DestinationConfig', 'FunctionName', 'Qualifier'],
	'AWS::Lambda::EventSourceMapping': [
		'BatchSize',
		'EventSourceArn',
		'FunctionName',
		'FunctionResponseTypes',
		'ScalingConfig',
		'Tags',
	],
	'AWS::Lambda::Function': [
		...['Architectures', 'Code', 'Environment', 'Handler', 'Layers', 'LoggingConfig', 'MemorySize', 'Role', 'Runtime'],
		...['Tags', 'Timeout', 'ReservedConcurrentExecutions', 'RecursiveLoop', 'TracingConfig'],
	],
	'AWS::Lambda::LayerVersion': ['CompatibleArchitectures', 'Content', 'Description', 'LicenseInfo'],
	'AWS::Lambda::Permission': ['Action', 'FunctionName', 'Principal', 'SourceArn'],
	'AWS::Logs::LogGroup': ['RetentionInDays', 'Tags'],
	'AWS::S3::Bucket': ['LifecycleConfiguration', 'PublicAccessBlockConfiguration', 'Tags'],
	'AWS::S3::BucketPolicy': ['Bucket', 'PolicyDocument'],
	'AWS::Scheduler::Schedule': [
		...['Description', 'FlexibleTimeWindow', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State', 'Target'],
	],
	'AWS::SNS::Subscription': ['Endpoint', 'Protocol', 'TopicArn'],
	'AWS::SNS::Topic': ['DisplayName', 'Tags'],
	'AWS::SNS::TopicPolicy': ['PolicyDocument', 'Topics'],
	'AWS::SQS::Queue': [
		...['MessageRetentionPeriod', 'RedrivePolicy', 'Tags', 'VisibilityTimeout', 'DelaySeconds', 'MaximumMessageSize'],
	],
	'AWS::SQS::QueuePolicy': ['PolicyDocument', 'Queues'],
};
