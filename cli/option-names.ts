/** The options of the command line, by the path that each sets in a request; paths of settings omit `settings.`. */
const optionNames: Record<string, string> = {
	'source.projectId': '--project',
	'source.datasetIds': '--dataset',
	'source.includeNested': '--nested',
	'source.videoIds': '--video',
	'destination.projectId': '--into',
	'destination.name': '--name',
	maxFrames: '--max-frames',
	maxDollars: '--max-dollars',
	start: '--start',
	end: '--end',
	step: '--step',
	annotated: '--annotated',
	annotatedByTags: '--annotated-by-tags',
	'select.fps': '--fps',
	'select.every': '--every',
	'select.count': '--count',
	'select.frames': '--frames',
	'select.times': '--times',
	'select.random': '--random',
	'select.seed': '--seed',
	'select.keyFrames': '--key-frames',
	'select.scenes': '--scenes',
	'select.annotated.classes': '--class',
	'select.annotated.tags': '--tag',
	'select.annotated.objects': '--object',
	'select.annotated.perClass': '--per-class',
	'select.figureChanges': '--figure-changes',
	minDistance: '--min-distance',
	around: '--around',
	'frameQuality.sharpestOf': '--sharpest-of',
	'frameQuality.dropNearDuplicates': '--drop-near-duplicates',
	'frameQuality.minSharpness': '--min-sharpness',
	'frameQuality.minBrightness': '--min-brightness',
	'frameQuality.maxBrightness': '--max-brightness',
	'frameQuality.evenLabelled': '--even-labelled',
	split: '--split',
	'split.by': '--split-by',
	'split.block': '--split-block',
	'split.gap': '--split-gap',
	'split.seed': '--split-seed',
	resize: '--resize',
	copyAnnotations: '--no-labels',
	replace: '--replace',
	format: '--format',
	quality: '--quality',
	chroma: '--chroma',
	optimiseCoding: '--optimise-coding',
};

/**
 * The option that sets what a path leads to, or something around it: `split.train` is set by `--split`.
 * @param path without positions in lists, of a request or of its settings
 */
export function optionOf(path: string): string | undefined {
	for (
		let rest = path.replace(/^settings\./, '');
		rest !== '';
		rest = rest.slice(0, Math.max(0, rest.lastIndexOf('.')))
	) {
		const option = optionNames[rest];
		if (option !== undefined) return option;
	}
	return undefined;
}
