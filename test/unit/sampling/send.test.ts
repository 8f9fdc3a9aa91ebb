import type { SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeSend } from '#shared/aws/queue.ts';

type Entry = { Id: string; MessageBody: string; MessageGroupId?: string };

/** A queue that answers each batch as told; it keeps what it took. */
const queue = (answer: (entries: Entry[], call: number) => { failed: Entry[]; senderFault?: boolean }) => {
	const taken: string[] = [];
	const sizes: number[] = [];
	let call = 0;
	const send = async ({ input }: { input: { Entries: Entry[] } }) => {
		const { failed, senderFault = false } = answer(input.Entries, call++);
		sizes.push(input.Entries.length);
		taken.push(...input.Entries.filter(entry => !failed.includes(entry)).map(({ MessageBody }) => MessageBody));
		return { Failed: failed.map(({ Id }) => ({ Id, SenderFault: senderFault, Code: 'InternalError' })) };
	};
	return { client: { send } as unknown as SQSClient, taken, sizes };
};
const messages = Array.from({ length: 25 }, (_, n) => ({ sampling: n < 20 ? 'large' : 'small', n }));

test('what a batch could not take is sent again, and nothing else', async () => {
	const { client, taken, sizes } = queue((entries, call) => ({ failed: call < 3 ? entries.slice(0, 4) : [] }));
	await makeSend(client, 'url')(messages);
	expect(taken.sort()).toEqual(messages.map(message => JSON.stringify(message)).sort());
	expect(sizes.sort((a, b) => b - a)).toEqual([10, 10, 5, 4, 4, 4]);
});

test('what SQS refuses for good, or again and again, is an error', async () => {
	const refusing = queue(entries => ({ failed: entries.slice(0, 1), senderFault: true }));
	await expect(makeSend(refusing.client, 'url')(messages)).rejects.toThrow(/SQS rejected a message: InternalError/);
	const failing = queue(entries => ({ failed: entries }));
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const sent = expect(makeSend(failing.client, 'url')(messages.slice(0, 3)));
	const refused = sent.rejects.toThrow(/did not accept 3 messages in 5/);
	await vi.runAllTimersAsync();
	await refused;
	expect(failing.sizes).toHaveLength(5);
});

test('batches stay below 256 KiB, which is what some SQS take at one time', async () => {
	const { client, sizes } = queue(() => ({ failed: [] }));
	await makeSend(client, 'url')(Array.from({ length: 10 }, () => ({ sampling: 's', more: 'x'.repeat(60_000) })));
	expect(sizes).toEqual([4, 4, 2]);
});

test('messages of a sampling are a group, so that samplings take turns', async () => {
	const groups: unknown[] = [];
	const { client } = queue(entries => {
		groups.push(
			...entries.map(({ MessageBody, MessageGroupId }) => [JSON.parse(MessageBody).sampling, MessageGroupId]),
		);
		return { failed: [] };
	});
	await makeSend(client, 'url')(messages);
	expect(groups).toHaveLength(25);
	for (const [sampling, group] of groups as [string, string][]) expect(group).toBe(sampling);
});
