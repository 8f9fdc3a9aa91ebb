import { SqsError } from './errors.ts';
import type { Parameters } from './parameters.ts';

const mostEntries = 10;

/** What became of each entry of a batch. */
export type BatchAnswer = {
	readonly Successful: readonly object[];
	readonly Failed: readonly object[];
};

/**
 * Runs an operation for each entry of a batch. If one fails, the others still run.
 *
 * @param takes names of the parameters that an entry may have.
 * @param checkWhole checks the batch as a whole before any entry runs.
 * @throws SqsError if the whole batch is refused; no entry has run then.
 */
export function forEachEntry(
	entries: readonly Parameters[],
	takes: readonly string[],
	run: (entry: Parameters) => object,
	checkWhole: () => void = () => {},
): BatchAnswer {
	const ids = entries.map(entry => entry.text('Id'));
	if (ids.length === 0) throw new SqsError('EmptyBatchRequest', 'There should be at least one entry in the request.');
	if (ids.length > mostEntries)
		throw new SqsError(
			'TooManyEntriesInBatchRequest',
			`Maximum number of entries per request are ${mostEntries}. You have sent ${ids.length}.`,
		);
	const bad = ids.find(id => !/^[\w-]{1,80}$/.test(id));
	if (bad !== undefined)
		throw new SqsError(
			'InvalidBatchEntryId',
			'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
		);
	const twice = ids.find((id, i) => ids.indexOf(id) !== i);
	if (twice !== undefined) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${twice} repeated.`);
	checkWhole();

	const successful: object[] = [];
	const failed: object[] = [];
	for (const entry of entries) {
		const Id = entry.text('Id');
		try {
			entry.allowOnly(takes);
			successful.push({ Id, ...run(entry) });
		} catch (error) {
			if (!(error instanceof SqsError)) throw error;
			failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
		}
	}
	return { Successful: successful, Failed: failed };
}
