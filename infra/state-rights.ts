/** Patterns of keys in the state bucket, in which `*` is any text. */
export type StateRights = {
	read: string[];
	write: string[];
	/** Written in parts, since they may be large. */
	upload: string[];
	delete: string[];
};

/**
 * What each function may do with the documents of the state bucket; docs/architecture.md has the table of all keys. All
 * functions may list it: whoever may not is told that a missing document is forbidden, not that it is missing.
 */
export const stateRights = {
	api: {
		read: ['samplings/*', 'videos/*/index-*.json', 'standing.json', 'outage.json'],
		write: [
			...['samplings/*/request.json', 'samplings/*/attempt-*.json', 'samplings/*/attempts/*/outcome.json'],
			...['open/*', 'list/*', 'standing.json'],
		],
		upload: [],
		delete: [],
	},
	fanOut: {
		read: [
			'samplings/*',
			'open/*',
			'videos/*',
			'labels/*',
			'leases/project-*',
			'leases/copy-*',
			'leases/*/limits.json',
			'claims/*',
			'outage.json',
		],
		write: [
			...['samplings/*/destination.json', 'samplings/*/scope.json', 'samplings/*/nodes/*', 'samplings/*/steps/*'],
			...[
				'samplings/*/chunks/*',
				'samplings/*/images/*',
				'samplings/*/attempts/*/copies/*',
				'copies/*',
				'samplings/*/planned/*',
				'samplings/*/done/*',
			],
			...['samplings/*/attempts/*/nodes/*', 'samplings/*/attempts/*/chunks/*'],
			...['samplings/*/attempts/*/failures/*', 'samplings/*/attempts/*/outcome.json', 'open/*'],
			...[
				'videos/*/index-*.json',
				'videos/*/scenes-*.json',
				'leases/project-*',
				'leases/copy-*',
				'leases/*/limits.json',
				'claims/*',
				'outage.json',
			],
		],
		upload: ['videos/*/file'],
		delete: ['labels/*'],
	},
	// Decode reads untrusted files, so it may write only markers, lists of images, reasons of failures, outcomes, leases
	// of a sampling, and the state of the circuit breaker.
	decode: {
		read: ['samplings/*', 'videos/*/file', 'leases/*/*', 'outage.json'],
		write: [
			...['samplings/*/done/*', 'samplings/*/attempts/*/failures/*', 'samplings/*/attempts/*/outcome.json'],
			...['samplings/*/images/*', 'leases/*/*', 'outage.json'],
		],
		upload: [],
		delete: [],
	},
	reduce: {
		read: ['samplings/*', 'open/*', 'leases/*', 'outage.json'],
		write: [
			...['samplings/*/attempt-*.json', 'samplings/*/done/*', 'samplings/*/report/*'],
			...['videos/*/kept-*.json', 'samplings/*/attempts/*', 'open/*', 'labels/*', 'leases/*', 'outage.json'],
		],
		upload: ['samplings/*/report.json', 'samplings/*/manifest.parquet', 'samplings/*/manifest.jsonl'],
		delete: ['open/*', 'samplings/*/attempts/*/copies/*', 'copies/*', 'videos/*/file'],
	},
} satisfies Record<string, StateRights>;
