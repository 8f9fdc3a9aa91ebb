import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '#test/check.ts';
import { type Moto, startMoto } from '#test/moto.ts';
import { s3Context } from '#test/s3-context.ts';
import { s3Suite } from '#test/s3-suite.ts';
import { sqsContext } from '#test/sqs-context.ts';
import { sqsSuite } from '#test/sqs-suite.ts';
import { type Differences, s3Differences, sqsDifferences } from './moto-differences.ts';

let moto: Moto | undefined;
let reason = '';

beforeAll(async () => {
	const started = await startMoto();
	if ('unavailable' in started) {
		reason = started.unavailable;
		console.error(`\nNOT RUN: parity with moto. ${reason}\n`);
	} else moto = started;
});
afterAll(() => moto?.stop());

/** Puts moto to our own checks: it must pass all but those whose difference is accounted for, and must fail these. */
function compare<Context>(
	suite: readonly Check<Context>[],
	connect: (address: Moto) => Context | Promise<Context>,
	{ differ, mayDiffer }: Differences,
): void {
	let context: Context;
	beforeAll(async () => {
		if (moto) context = await connect(moto);
	});
	for (const check of suite)
		it(check.name, async test => {
			if (!moto) return test.skip(`NOT RUN: ${reason}`);
			const failure = await check.run(context).then(
				() => undefined,
				(error: unknown) => ({ error }),
			);
			if (check.name in mayDiffer) return;
			if (failure && !(check.name in differ)) throw failure.error;
			if (!failure && check.name in differ) throw new Error(`This is no difference any more: ${differ[check.name]}.`);
		});
	it('no difference is accounted for that has no check', () => {
		const names = suite.map(({ name }) => name);
		expect(Object.keys({ ...differ, ...mayDiffer }).filter(name => !names.includes(name))).toEqual([]);
	});
}

describe('moto, put to the checks of our S3', () => compare(s3Suite, s3Context, s3Differences));
describe('moto, put to the checks of our SQS', () => compare(sqsSuite, sqsContext, sqsDifferences));
