import { expect, test } from 'vitest';
import { markDone } from '#shared/sampling/marker.ts';
import { type AnyMessage, recountMessage, videoMessage } from '#shared/sampling/messages.ts';
import { at, openSampling, part } from '#test/open-sampling.ts';
import { handlePlanMessage } from '../../../functions/fan-out/handle-plan-message.ts';
import type { FanOutPorts } from '../../../functions/fan-out/ports.ts';

const step = videoMessage(at, { parent: 'dataset-1', dataset: 1, mirror: 11, video: 2 });

test('a step that is sent again sends what is unfinished, and is recounted only when nothing is', async () => {
	const { store } = await openSampling();
	const sent: AnyMessage[] = [];
	const send = async (messages: AnyMessage[]) => void sent.push(...messages);
	const ports = { store, sendPlan: send, sendDecode: send, sendRecount: send } as unknown as FanOutPorts;
	const again = async () => {
		sent.length = 0;
		await handlePlanMessage(ports, step, new AbortController().signal);
		return sent;
	};
	await markDone(store, at, 'video-2', 'a', part(2));
	// A recount of what has not changed would look like progress to the sweep.
	expect(await again()).toEqual([{ schema: 1, ...at, node: 'video-2', chunk: 'b' }]);
	await markDone(store, at, 'video-2', 'b', part(2));
	expect(await again()).toEqual([recountMessage(at, 'video-2')]);
});
