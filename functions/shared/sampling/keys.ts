/**
 * Every S3 key, in one place. No key is another key's folder (`x` and `x/y` never both exist),
 * so that a file-backed S3 can hold them too.
 */
export const keys = {
	/** What was asked; created once. */
	request: (sampling: string) => `samplings/${sampling}/request.json`,
	/** The images project that is written to. */
	destination: (sampling: string) => `samplings/${sampling}/destination.json`,
	/** Which datasets and videos are taken, when not all are. */
	scope: (sampling: string) => `samplings/${sampling}/scope.json`,
	/** A node of the walk: its children and what it found out itself. */
	node: (sampling: string, node: string) => `samplings/${sampling}/nodes/${node}.json`,
	/** Everything that decoding one chunk needs. */
	chunk: (sampling: string, chunk: string) => `samplings/${sampling}/chunks/${chunk}.json`,
	/** Says that a child of a node is finished: the marker of a chunk, or the summary of a node below. */
	done: (sampling: string, node: string, child: string) => `${keys.doneIn(sampling, node)}${child}.json`,
	/** Prefix of the markers of a node's children. */
	doneIn: (sampling: string, node: string) => `samplings/${sampling}/done/${node}/`,
	/** How far the sampling is. */
	progress: (sampling: string) => `samplings/${sampling}/progress.json`,
	/** How it ended; created once. */
	outcome: (sampling: string) => `samplings/${sampling}/outcome.json`,
	/** Present while a sampling is not ended: what the sweep looks through. */
	open: (sampling: string) => `${keys.openSamplings}${sampling}.json`,
	openSamplings: 'open/',
	/** Held by the one that writes a destination project's custom data. */
	lease: (project: number) => `leases/project-${project}.json`,
} as const;
