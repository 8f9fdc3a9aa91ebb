/** One attempt at a sampling; the first is 1, each retry makes the next. */
export type Attempt = { sampling: string; attempt: number };

/**
 * Every S3 key, in one place. No key is another key's folder (`x` and `x/y` never both exist),
 * so that a file-backed S3 can hold them too.
 *
 * What is flawless stands under the sampling and holds for good; what has faults stands under the attempt that met
 * them, so that the next attempt does it again without anything being deleted.
 */
export const keys = {
	/** What was asked; created once. */
	request: (sampling: string) => `samplings/${sampling}/request.json`,
	/** The images project that is written to. */
	destination: (sampling: string) => `samplings/${sampling}/destination.json`,
	/** Which datasets and videos are taken, when not all are. */
	scope: (sampling: string) => `samplings/${sampling}/scope.json`,
	/** Says that an attempt has begun; the first needs none. */
	attempt: ({ sampling, attempt }: Attempt) => `${keys.attempts(sampling)}${String(attempt).padStart(4, '0')}.json`,
	attempts: (sampling: string) => `samplings/${sampling}/attempt-`,
	/** A node of the walk: its children and what it found out itself. */
	node: (sampling: string, node: string) => `samplings/${sampling}/nodes/${node}.json`,
	/** The same for a node that has faults of its own. */
	faultyNode: (at: Attempt, node: string) => `${ofAttempt(at)}/nodes/${node}.json`,
	/** Messages that make the children of a node, to send them again. */
	childMessages: (sampling: string, node: string) => `samplings/${sampling}/steps/${node}.json`,
	/** Everything that decoding one chunk needs. */
	chunk: (sampling: string, chunk: string) => `samplings/${sampling}/chunks/${chunk}.json`,
	/** Says that a child of a node is finished: the marker of a chunk, or the summary of a node below. */
	done: (sampling: string, node: string, child: string) => `${keys.doneIn(sampling, node)}${child}.json`,
	/** Prefix of the markers of a node's children. */
	doneIn: (sampling: string, node: string) => `samplings/${sampling}/done/${node}/`,
	/** The same for a child that is finished as far as it can be, with faults. */
	faulted: (at: Attempt, node: string, child: string) => `${keys.faultedIn(at, node)}${child}.json`,
	faultedIn: (at: Attempt, node: string) => `${ofAttempt(at)}/faulted/${node}/`,
	/** Part of the report: a node's videos with all their faults; of a faulty node under its attempt. */
	reportPart: (sampling: string, node: string) => `samplings/${sampling}/report/${node}.json`,
	faultyReportPart: (at: Attempt, node: string) => `${ofAttempt(at)}/report/${node}.json`,
	/** The whole report; of the last attempt that was completed. */
	report: (sampling: string) => `samplings/${sampling}/report.json`,
	/** Why a message was not worked off the last time. */
	failure: (at: Attempt, identity: string) => `${ofAttempt(at)}/failures/${identity}.json`,
	/** A message that was given up. */
	deadLetter: (at: Attempt, identity: string) => `${ofAttempt(at)}/dead-letters/${identity}.json`,
	/** How far the sampling is. */
	progress: (at: Attempt) => `${ofAttempt(at)}/progress.json`,
	/** How it ended; created once. */
	outcome: (at: Attempt) => `${ofAttempt(at)}/outcome.json`,
	/** Present until an attempt's end is recorded in the destination: what the sweep looks through. */
	open: ({ sampling, attempt }: Attempt) => `${keys.openAttempts}${sampling}.${attempt}.json`,
	openAttempts: 'open/',
	/** Names a sampling in the list of all, the newest first. */
	listed: (sampling: string, createdAt: string) =>
		`${keys.list}${String(latestMs - Date.parse(createdAt)).padStart(15, '0')}-${sampling}.json`,
	list: 'list/',
	/** The last run of the standing sampling. */
	scheduled: 'standing.json',
	/** How far a pass over a long file has come. */
	videoIndexPart: (video: number, version: string) => `${keys.videos}${video}-${version}/index-part.json`,
	/** What is known of one version of a video's file, for all samplings. */
	videoIndex: (video: number, version: string) => `${keys.videos}${video}-${version}/${videoIndexName}`,
	/** A copy of its bytes, where the server gives them only whole or they have to be read again and again. */
	videoCopy: (video: number, version: string) => `${keys.videos}${video}-${version}/file`,
	videos: 'videos/',
	/** What the labels in a dataset of a destination were made of last, all of them. */
	labelFingerprint: (dataset: number) => `labels/dataset-${dataset}.json`,
	/** Held by the one that writes a destination project's custom data or meta. */
	projectLease: (project: number) => `leases/project-${project}.json`,
	/** Held by the sampling that fills a dataset of a destination. */
	datasetLock: (dataset: number) => `claims/dataset-${dataset}.json`,
	/** Held by the one that works on a chunk. */
	chunkLease: (sampling: string, chunk: string) => `leases/${sampling}/${chunk}.json`,
} as const;

/** The number is that of the document's form: those of an older form are left where they are. */
export const videoIndexName = 'index-2.json';

const ofAttempt = ({ sampling, attempt }: Attempt) => `samplings/${sampling}/attempts/${attempt}`;

/** The attempt that a key of those that are open names. */
export const openAttempt = (key: string): Attempt => {
	const [sampling = '', attempt] = key.slice(keys.openAttempts.length, -'.json'.length).split('.');
	return { sampling, attempt: Number(attempt) };
};

/** A time later than all others, in milliseconds: what is left until then sorts the newest first. */
const latestMs = 99_999_999_999_999;

/** The sampling that a key of the list names. */
export const listedSampling = (key: string): string => key.slice(keys.list.length + 16, -'.json'.length);
