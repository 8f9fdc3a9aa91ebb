import type { SignatureFault } from '#local/aws/signature.ts';

const statusOf = {
	AccessDenied: 403,
	AuthorizationHeaderMalformed: 400,
	BadDigest: 400,
	BucketAlreadyOwnedByYou: 409,
	EntityTooSmall: 400,
	InternalError: 500,
	InvalidAccessKeyId: 403,
	InvalidArgument: 400,
	InvalidBucketName: 400,
	InvalidPart: 400,
	InvalidPartOrder: 400,
	InvalidRange: 416,
	InvalidRequest: 400,
	InvalidURI: 400,
	KeyTooLongError: 400,
	MalformedXML: 400,
	MaxMessageLengthExceeded: 400,
	MissingContentLength: 411,
	NoSuchBucket: 404,
	NoSuchKey: 404,
	NoSuchUpload: 404,
	NotImplemented: 501,
	PreconditionFailed: 412,
	RequestTimeTooSkewed: 403,
	SignatureDoesNotMatch: 403,
	XAmzContentSHA256Mismatch: 400,
} as const;

export type S3ErrorCode = keyof typeof statusOf;

/** A refusal in S3's own words (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). */
export class S3Error extends Error {
	override readonly name = 'S3Error';
	readonly code: S3ErrorCode;
	/** Further elements of the error document, such as `Condition`. */
	readonly details: Readonly<Record<string, string>>;
	constructor(code: S3ErrorCode, message: string, details: Readonly<Record<string, string>> = {}) {
		super(message);
		this.code = code;
		this.details = details;
	}
	get status(): number {
		return statusOf[this.code];
	}
}

/** The error code of S3 for each reason to refuse a signature. */
export const signatureCodes: Readonly<Record<SignatureFault, S3ErrorCode>> = {
	missing: 'AccessDenied',
	malformed: 'AuthorizationHeaderMalformed',
	'unknown-key': 'InvalidAccessKeyId',
	'wrong-scope': 'AuthorizationHeaderMalformed',
	'unsigned-header': 'AccessDenied',
	skewed: 'RequestTimeTooSkewed',
	mismatch: 'SignatureDoesNotMatch',
};
