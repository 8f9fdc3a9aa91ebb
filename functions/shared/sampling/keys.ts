/** One attempt at a sampling; the first is 1, each retry makes the next. */
export type Attempt = { sampling: string; attempt: number };

/**
 * All S3 keys. No key is the folder of another (`x` and `x/y` never both exist), so that a file-backed S3 can store
 * them.
 *
 * Results without faults are final; the keys of those with faults name the attempt, so that the next attempt does them
 * again without deleting anything.
 */
export const keys = {
	/** The request; created once. */
	request: (sampling: string) => `samplings/${sampling}/request.json`,
	/** The destination project. */
	destination: (sampling: string) => `samplings/${sampling}/destination.json`,
	/** The selected datasets and videos, when not all are. */
	scope: (sampling: string) => `samplings/${sampling}/scope.json`,
	/** Marks that an attempt has begun; the first one has none. */
	attempt: ({ sampling, attempt }: Attempt) => `${keys.attempts(sampling)}${String(attempt).padStart(4, '0')}.json`,
	attempts: (sampling: string) => `samplings/${sampling}/attempt-`,
	/** A node of the walk: its children and its own counts. */
	node: (sampling: string, node: string) => `samplings/${sampling}/nodes/${node}.json`,
	/** The same for a node that has faults of its own. */
	faultyNode: (at: Attempt, node: string) => `${ofAttempt(at)}/nodes/${node}.json`,
	/** Messages of the children of a node, to send them again. */
	childMessages: (sampling: string, node: string) => `samplings/${sampling}/steps/${node}.json`,
	/** Counts a video towards the limits of its sampling. `cost`: in millionths of a dollar. */
	planned: (sampling: string, node: string, images: number, cost: number) =>
		`${keys.plannedVideos(sampling)}${node}.${images}.${cost}.json`,
	plannedVideos: (sampling: string) => `samplings/${sampling}/planned/`,
	/** A chunk, with everything that decoding it needs, as the first attempt has planned it. */
	chunk: (sampling: string, chunk: string) => `samplings/${sampling}/chunks/${chunk}.json`,
	/** The same, as a later attempt has refreshed or planned it. */
	retriedChunk: (at: Attempt, chunk: string) => `${ofAttempt(at)}/chunks/${chunk}.json`,
	/** The images of a finished chunk, and what its quality rules have decided. */
	imageRows: (sampling: string, chunk: string) => `samplings/${sampling}/images/${chunk}.json`,
	/** Prefix of the markers of the finished children of a node. */
	markers: (sampling: string, node: string) => `samplings/${sampling}/done/${node}/`,
	/** Marks a child of a node as finished: the summary of a chunk or of a child node. */
	done: (sampling: string, node: string, child: string) => `${keys.markers(sampling, node)}${child}.json`,
	/** The same for a child that is finished with faults; it holds for this attempt. */
	faulted: (at: Attempt, node: string, child: string) =>
		`${keys.markers(at.sampling, node)}${child}${faultedIn(at.attempt)}.json`,
	/** Part of the report: the videos below a node with all their faults; of a faulty node under its attempt. */
	reportPart: (sampling: string, node: string) => `samplings/${sampling}/report/${node}.json`,
	faultyReportPart: (at: Attempt, node: string) => `${ofAttempt(at)}/report/${node}.json`,
	/** The report of the last completed attempt. */
	report: (sampling: string) => `samplings/${sampling}/report.json`,
	/** All images of the last completed attempt, as Parquet and as JSON Lines. */
	manifest: (sampling: string) => `samplings/${sampling}/manifest.parquet`,
	manifestLines: (sampling: string) => `samplings/${sampling}/manifest.jsonl`,
	/** The last failure of a message. */
	failure: (at: Attempt, identity: string) => `${ofAttempt(at)}/failures/${identity}.json`,
	/** A dead letter. */
	deadLetter: (at: Attempt, identity: string) => `${ofAttempt(at)}/dead-letters/${identity}.json`,
	/** Progress of the sampling. */
	progress: (at: Attempt) => `${ofAttempt(at)}/progress.json`,
	/** How the attempt ended; created once. */
	outcome: (at: Attempt) => `${ofAttempt(at)}/outcome.json`,
	/** Exists until the end of an attempt is recorded in the destination; listed by the sweep. */
	open: ({ sampling, attempt }: Attempt) => `${keys.openAttempts}${sampling}.${attempt}.json`,
	openAttempts: 'open/',
	/** Entry in the list of samplings, sorted newest first. */
	listed: (sampling: string, createdAt: string) =>
		`${keys.list}${String(latestMs - Date.parse(createdAt)).padStart(15, '0')}-${sampling}.json`,
	list: 'list/',
	/** Whether the Supervisely server is away (see `circuit-breaker.ts`). */
	outage: 'outage.json',
	/** The last run of the scheduled sampling. */
	scheduled: 'standing.json',
	/** State of an unfinished pass over a long file. */
	videoIndexPart: (video: number, version: string) => `${keys.videos}${video}-${version}/index-part.json`,
	/** The index of one version of a video file, shared by all samplings. */
	videoIndex: (video: number, version: string) => `${keys.videos}${video}-${version}/${videoIndexName}`,
	/** The frames that quality rules keep of a video, by what they depend on. */
	keptFrames: (video: number, version: string, fingerprint: string) =>
		`${keys.videos}${video}-${version}/kept-${fingerprint}.json`,
	/** The first frames of the scenes in a range of a video. */
	scenes: (video: number, version: string, start: number, end: number) =>
		`${keys.videos}${video}-${version}/scenes-${start}-${end}.json`,
	/** A copy of the file, when the server has no byte ranges or the file has to be read many times. */
	videoCopy: (video: number, version: string) => `${keys.videos}${video}-${version}/file`,
	/** A copy that an attempt uses: it is removed when the last attempt that uses it has ended. */
	usedCopy: (at: Attempt, video: number, version: string) => `${keys.usedCopies(at)}${copyName(video, version)}.json`,
	usedCopies: (at: Attempt) => `${ofAttempt(at)}/copies/`,
	/** An attempt that uses a copy. */
	copyUser: (at: Attempt, video: number, version: string) =>
		`${keys.copyUsers(video, version)}${at.sampling}.${at.attempt}.json`,
	copyUsers: (video: number, version: string) => `copies/${copyName(video, version)}/`,
	videos: 'videos/',
	/** Fingerprint of what all labels in a dataset of a destination were last made of. */
	labelFingerprint: (dataset: number) => `labels/dataset-${dataset}.json`,
	leases: 'leases/',
	/** Held while writing a destination project's custom data or meta. */
	projectLease: (project: number) => `${keys.leases}project-${project}.json`,
	/** Lock on a dataset of a destination, held by the sampling that fills it. */
	datasetLock: (dataset: number) => `claims/dataset-${dataset}.json`,
	/** Held while the new images of a video are counted towards the limits of its sampling. */
	limitsLease: (sampling: string) => `${keys.leases}${sampling}/limits.json`,
	/** Held while a copy of a file gets or loses a user. */
	copyLease: (video: number, version: string) => `${keys.leases}copy-${copyName(video, version)}.json`,
	/** Held by the worker of a chunk. */
	chunkLease: (sampling: string, chunk: string) => `${keys.leases}${sampling}/${chunk}.json`,
} as const;

/** The parts of the key of a planned video; `cost`: in millionths of a dollar. */
export function plannedOf(key: string): { node: string; images: number; cost: number } {
	const [node = '', images, cost] = (key.split('/').at(-1) as string).split('.');
	return { node, images: Number(images), cost: Number(cost) };
}

/** The number is the version of the document's form; older documents are ignored. */
export const videoIndexName = 'index-2.json';

const ofAttempt = ({ sampling, attempt }: Attempt) => `samplings/${sampling}/attempts/${attempt}`;

const copyName = (video: number, version: string) => `${video}-${version}`;

/** The video and the version of the file of a copy that a sampling uses. */
export function usedCopyOf(key: string): { video: number; version: string } {
	const [video, version = ''] = (key.split('/').at(-1) as string).slice(0, -'.json'.length).split('-');
	return { video: Number(video), version };
}

/** The attempt of an `open` key. */
export function openAttempt(key: string): Attempt {
	const [sampling = '', attempt] = key.slice(keys.openAttempts.length, -'.json'.length).split('.');
	return { sampling, attempt: Number(attempt) };
}

const faultedIn = (attempt: number) => `.faulted-${attempt}`;

/** The child of a marker's key; undefined when it has faults of another attempt. */
export function markedChild(
	key: string,
	{ sampling, attempt }: Attempt,
	node: string,
): { child: string; faulty: boolean } | undefined {
	const name = key.slice(keys.markers(sampling, node).length, -'.json'.length);
	if (!name.includes('.faulted-')) return { child: name, faulty: false };
	const suffix = faultedIn(attempt);
	return name.endsWith(suffix) ? { child: name.slice(0, -suffix.length), faulty: true } : undefined;
}

/** A time after all others, in epoch milliseconds: the difference to it sorts newest first. */
const latestMs = 99_999_999_999_999;

/** The sampling of a `list` key. */
export function listedSampling(key: string): string {
	return key.slice(keys.list.length + 16, -'.json'.length);
}
