import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkbench, tinyFrames, type Workbench } from '#test/workbench.ts';

let bench: Workbench;
beforeAll(async () => {
	bench = await openWorkbench(source => ({
		StandingSampling: JSON.stringify({ source: { projectId: source }, destination: { name: 'standing' } }),
	}));
});
afterAll(() => bench.close());

const start = (name: string) => bench.api.start({ source: { projectId: bench.source }, destination: { name } });
const always = (match: string) => [{ match, share: 1, action: { status: 500 } }];

/** What is not needed below: why it is granted, and which test needs it. */
const forOtherEvents: Record<string, string> = {
	'FanOut s3:GetObject open/*': 'another sampling has the lock of a dataset: faults.test.ts',
	'FanOut s3:PutObject samplings/*/attempts/*/nodes/*': 'a video has faults of its own: no-such-frame.test.ts',
	'FanOut s3:PutObject samplings/*/attempts/*/outcome.json': 'the token is refused while planning: faults.test.ts',
	'FanOut s3:PutObject samplings/*/done/*': 'a video has faults of its own: no-such-frame.test.ts',
	'FanOut s3:PutObject samplings/*/scope.json': 'some datasets or videos are taken: sample.test.ts',
	'FanOut s3:AbortMultipartUpload videos/*/file': 'the copy of a file fails in the middle',
	'Reduce s3:AbortMultipartUpload samplings/*/report.json': 'a long report fails in the middle',
	'Reduce s3:AbortMultipartUpload samplings/*/manifest.jsonl': 'a long manifest fails in the middle',
	'Reduce s3:AbortMultipartUpload samplings/*/manifest.parquet': 'the same',
	'Api sqs:SendMessage standingsamplingdeadletters': 'Lambda itself keeps events that the function failed at',
	'FanOut s3:PutObject open/*': 'a sampling is cancelled before its destination is known',
	'FanOut s3:PutObject outage.json': 'the server is away: server-outage.test.ts',
	'Decode s3:PutObject outage.json': 'the same',
	'Reduce s3:PutObject outage.json': 'the same',
	'Decode s3:PutObject samplings/*/attempts/*/outcome.json': 'the token is refused while uploading: faults.test.ts',
	'Reduce sqs:DeleteMessage reportingdeadletters': 'counting fails five times',
	'Reduce s3:GetObject open/*': 'the sweep finds an open sampling: chaos',
	'Reduce s3:PutObject open/*': 'the sweep sends the steps of a sampling again: chaos',
	'Reduce s3:PutObject samplings/*/attempt-*.json': 'api died between two documents: chaos',
	'Reduce sqs:SendMessage planqueue': 'the sweep sends the steps of a sampling again: chaos',
	'Reduce sqs:SendMessage reportingqueue': 'another worker records the progress: chaos',
};

test('the rights of the template suffice, and none is unused without a reason', async () => {
	// Files without byte ranges, which are copied; and messages that fail at first.
	bench.server.setFaults([{ match: 'files', share: 1, action: { refuseRanges: true } }, ...always('images.bulk.add')]);
	await bench.setQueues(/queue/, { maxReceiveCount: 1 });
	const { id } = await start('all');
	await bench.ended(id);
	bench.server.setFaults([]);
	await bench.api.retry(id);
	expect(await bench.ended(id)).toMatchObject({ state: 'completed', framesUploaded: tinyFrames });

	const select = [{ scenes: { perScene: 30 } }];
	const settings = { select, frameQuality: { dropNearDuplicates: { distance: 0 } } };
	const source = { projectId: bench.source };
	const limited = { source, destination: { name: 'limited' }, settings, maxFrames: tinyFrames };
	await bench.ended((await bench.api.start(limited)).id);

	bench.server.setFaults(always('projects.meta'));
	const failed = await start('failed');
	expect(await bench.ended(failed.id)).toMatchObject({ state: 'failed' });
	bench.server.setFaults([]);
	await bench.api.retry(failed.id);
	await bench.api.cancel(failed.id);
	await bench.ended(failed.id);

	for (const time of ['2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z']) {
		await bench.stack.invoke('Api', { 'detail-type': 'Scheduled Event', time });
		const { samplings } = await bench.api.list({ limit: 1 });
		await bench.ended(samplings[0]?.id as string);
	}
	await bench.api.estimate({ source: { projectId: bench.source } });
	await bench.stack.invoke('Reduce', { 'detail-type': 'Scheduled Event' });

	expect(bench.stack.denied).toEqual([]);
	const unused = bench.stack.unusedGrants().map(({ role, action, resource }) => {
		const [, name] = /role\/(\w+?)(?:ServiceRole|Role)/.exec(role) ?? [];
		const what = resource.replace(/^arn:aws:s3:::[^/]*\/|^arn:aws:sqs:.*framefan-/, '').replace(/[0-9a-f]{8}$/, '');
		return `${name} ${action} ${what}`;
	});
	// Lambda itself sends traces, and the schedule fires in schedule.test.ts.
	const isOfOthers = (grant: string) => grant.includes(' xray:') || grant.startsWith('StandingSampling ');
	expect(unused.filter(grant => !(grant in forOtherEvents) && !isOfOthers(grant))).toEqual([]);
}, 300_000);
