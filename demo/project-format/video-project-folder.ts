import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A video file in a project folder, and its annotation file if there is one. */
export type VideoInFolder = {
	name: string;
	file: string;
	size: number;
	modified: number;
	annotationFile: string | null;
};

/** A dataset folder. `children` are the datasets under its `datasets/`. */
export type DatasetInFolder = { name: string; videos: VideoInFolder[]; children: DatasetInFolder[] };

/** Content of a folder in Supervisely's video project format. */
export type VideoProjectFolder = { name: string; metaFile: string; datasets: DatasetInFolder[] };

/**
 * Lists a folder in Supervisely's video project format: `meta.json`, `<dataset>/video/*`, `<dataset>/ann/<video>.json`,
 * and child datasets under `<dataset>/datasets/`. Nothing but file names, sizes and times is read.
 * @throws Error when it is not such a folder.
 */
export async function openVideoProject(folder: string): Promise<VideoProjectFolder> {
	const metaFile = join(folder, 'meta.json');
	if (!(await isKind(metaFile, 'file'))) throw new Error(`${folder} is not a Supervisely project: it has no meta.json`);
	const datasets = await datasetsIn(folder);
	if (datasets.length === 0)
		throw new Error(`${folder} has no dataset: no folder in it has a video/ or a datasets/ folder`);
	return { name: basename(await realpath(folder)), metaFile, datasets };
}

/** Reads a JSON file. @throws Error that names the file. */
export async function readJsonFile(file: string): Promise<unknown> {
	try {
		return JSON.parse(await readFile(file, 'utf8'));
	} catch (error) {
		throw new Error(`${file} cannot be read as JSON`, { cause: error });
	}
}

async function datasetsIn(folder: string): Promise<DatasetInFolder[]> {
	const datasets: DatasetInFolder[] = [];
	for (const name of await visibleNames(folder)) {
		const dataset = join(folder, name);
		const [hasVideos, hasChildren] = await Promise.all([
			isKind(join(dataset, 'video'), 'folder'),
			isKind(join(dataset, 'datasets'), 'folder'),
		]);
		if (!hasVideos && !hasChildren) continue;
		datasets.push({
			name,
			videos: hasVideos ? await videosIn(dataset) : [],
			children: hasChildren ? await datasetsIn(join(dataset, 'datasets')) : [],
		});
	}
	return datasets;
}

async function videosIn(dataset: string): Promise<VideoInFolder[]> {
	const annotations = new Set(await visibleNames(join(dataset, 'ann')));
	const videos: VideoInFolder[] = [];
	for (const name of await visibleNames(join(dataset, 'video'))) {
		const file = join(dataset, 'video', name);
		const { size, mtimeMs } = await stat(file);
		if (!(await isKind(file, 'file'))) continue;
		// Projects of old SDK versions name the annotation after the video without its extension.
		const annotation = [`${name}.json`, `${name.replace(/\.[^.]+$/, '')}.json`].find(each => annotations.has(each));
		videos.push({
			name,
			file,
			size,
			modified: mtimeMs,
			annotationFile: annotation ? join(dataset, 'ann', annotation) : null,
		});
	}
	return videos;
}

/** Names in a folder, sorted, without hidden ones; none when there is no such folder. */
async function visibleNames(folder: string): Promise<string[]> {
	try {
		return (await readdir(folder)).filter(name => !name.startsWith('.')).sort();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

async function isKind(path: string, kind: 'file' | 'folder'): Promise<boolean> {
	try {
		const found = await stat(path);
		return kind === 'file' ? found.isFile() : found.isDirectory();
	} catch {
		return false;
	}
}
