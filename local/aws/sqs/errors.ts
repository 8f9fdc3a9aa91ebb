import type { SignatureFault } from '#local/aws/signature.ts';

/** Codes with another name in the older query protocol; like SQS, answers contain both. */
const queryCodes: Readonly<Record<string, string>> = {
	BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
	BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
	EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
	InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
	MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
	QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
	TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
	UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};

/** A refusal in SQS's own words (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html). */
export class SqsError extends Error {
	override readonly name = 'SqsError';
	readonly code: string;
	readonly status: number;
	constructor(code: string, message: string, status = 400) {
		super(message);
		this.code = code;
		this.status = status;
	}
	/** The code in the older query protocol. */
	get queryCode(): string {
		return queryCodes[this.code] ?? this.code;
	}
}

/** @param reason why the value cannot be used. */
export function invalidParameter(name: string, value: unknown, reason: string): SqsError {
	return new SqsError(
		'InvalidParameterValue',
		`Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}`,
	);
}

/** The error code of SQS for each reason to refuse a signature. */
export const signatureCodes: Readonly<Record<SignatureFault, string>> = {
	missing: 'MissingAuthenticationToken',
	malformed: 'IncompleteSignature',
	'unknown-key': 'InvalidClientTokenId',
	'wrong-scope': 'SignatureDoesNotMatch',
	'unsigned-header': 'SignatureDoesNotMatch',
	skewed: 'SignatureDoesNotMatch',
	mismatch: 'SignatureDoesNotMatch',
};
