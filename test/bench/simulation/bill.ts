import { prices } from '../../../functions/shared/estimate/prices.ts';

/** What was used, over a whole simulation. */
export type Usage = {
	gibSeconds: { decode: number; fanOut: number; reduce: number };
	lambdaRequests: number;
	sqsRequests: number;
	s3Writes: number;
	s3Reads: number;
	serverRequests: number;
	bytesOut: number;
};

/** Dollars by service. `out` is paid where the server isn't in the same region; `total` has it in. */
export type Bill = { lambda: number; sqs: number; s3: number; out: number; total: number };

export function billOf({ gibSeconds, ...usage }: Usage): Bill {
	const seconds = gibSeconds.decode + gibSeconds.fanOut + gibSeconds.reduce;
	const lambda = seconds * prices.lambdaGiBSecond + usage.lambdaRequests * prices.lambdaRequest;
	const sqs = usage.sqsRequests * prices.sqsRequest;
	const s3 = usage.s3Writes * prices.s3Write + usage.s3Reads * prices.s3Read;
	const out = (usage.bytesOut / 1e9) * prices.gigabyteOut;
	return { lambda, sqs, s3, out, total: lambda + sqs + s3 + out };
}
