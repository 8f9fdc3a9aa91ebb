import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { usualSizing } from '#shared/estimate/cost.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { checkLimits } from '../../../functions/fan-out/check-limits.ts';
import { settings as stack } from '../../../infra/settings.ts';

const index = { pictureSize: { width: 1920, height: 1080 } } as VideoIndex;
const framesOf = (count: number, there = 0) =>
	Array.from({ length: count }, (_, n) => ({ index: n, pts: n, name: `${n}.png`, ...(n < there ? { image: 1 } : {}) }));
/** A sampling with limits, of the request and of the stack, that plans videos. */
const sampling = (asked: object, limits: { maxFrames?: number; maxDollars?: number } = {}) => {
	const ports = { store: makeMemoryStore(), leaseMs: 5000, limits };
	const request = requestSchema.parse({ source: { projectId: 5 }, ...asked });
	return (video: number, frames: ReturnType<typeof framesOf>) =>
		checkLimits(ports, request, { sampling: 's', node: `video-${video}` }, { index, frames, size: undefined });
};

test('videos count up to the limit, each once, and the error names both figures', async () => {
	const plan = sampling({ maxFrames: 100 });
	await plan(1, framesOf(60));
	await plan(1, framesOf(60));
	const refusal = plan(2, framesOf(41));
	await expect(refusal).rejects.toMatchObject({
		reason: 'over-limit',
		message: expect.stringMatching(
			/^The sampling would have 101 new images .* more than maxFrames, 100\. Start another/,
		),
	});
	// What was refused counts nothing: a shorter video still fits. Images that are there count nothing either.
	await plan(3, framesOf(40));
	await plan(4, framesOf(500, 500));
	await expect(plan(5, framesOf(1))).rejects.toThrow('101 new images');
});

test('of videos planned at the same time as many are taken as fit', async () => {
	const plan = sampling({ maxFrames: 100 });
	const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => plan(n, framesOf(30))));
	expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});

test('dollars are those of the estimate', async () => {
	// An hour of 1080p as PNG is 108,000 images of 2.5 MB, for some $22 of data out.
	const plan = sampling({ maxDollars: 30 });
	await plan(1, framesOf(108_000));
	await expect(plan(2, framesOf(108_000))).rejects.toThrow(
		/new images for about \$(4|5)\d\.\d\d with this video, which is more than maxDollars, \$30\./,
	);
	const jpg = sampling({ maxDollars: 30, settings: { format: 'jpg', quality: 75 } });
	for (const video of [1, 2, 3]) await jpg(video, framesOf(108_000));
});

test('the limits of the stack hold for requests without limits of their own', async () => {
	await expect(sampling({}, { maxFrames: 10 })(1, framesOf(11))).rejects.toThrow('maxFrames, 10');
	await sampling({ maxFrames: 11 }, { maxFrames: 10 })(1, framesOf(11));
	await sampling({})(1, framesOf(1_000_000));
});

test('the usual sizes are those of the stack', () => {
	expect(usualSizing).toMatchObject({
		fanOutMiB: stack.fanOut.memoryMiB,
		decodeMiB: stack.decode.memoryMiB,
		reduceMiB: stack.reduce.memoryMiB,
	});
});
