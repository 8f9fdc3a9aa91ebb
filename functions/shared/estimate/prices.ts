/**
 * Prices in US dollars, before free tiers and discounts: https://aws.amazon.com/lambda/pricing/,
 * https://aws.amazon.com/sqs/pricing/, https://aws.amazon.com/s3/pricing/.
 */
export const prices = {
	asOf: '2026-11-01',
	region: 'us-east-1',
	/** x86_64, first tier. */
	lambdaGiBSecond: 0.0000166667,
	lambdaRequest: 0.2e-6,
	sqsRequest: 0.4e-6,
	s3Write: 5e-6,
	s3Read: 0.4e-6,
	/** To the internet, first 10 TB a month. Free to a server in the same region. */
	gigabyteOut: 0.09,
} as const;
