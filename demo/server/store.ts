import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Children } from './children.ts';
import { type Entry, Journal, readJournal } from './journal.ts';
import type {
	BlobRecord,
	DatasetRecord,
	ImageAnnotationRecord,
	ImageRecord,
	LabelRecord,
	ProjectRecord,
	Put,
	VideoAnnotationRecord,
	VideoRecord,
} from './records.ts';

/**
 * All data of the server, in memory, with a journal on disk. Every change goes through {@link Store.commit}: first the
 * journal, then the maps, in one go, so that what a client has seen is never lost.
 */
export class Store {
	readonly projects = new Map<number, ProjectRecord>();
	readonly datasets = new Map<number, DatasetRecord>();
	readonly blobs = new Map<string, BlobRecord>();
	readonly images = new Map<number, ImageRecord>();
	readonly videos = new Map<number, VideoRecord>();
	readonly imageAnnotations = new Map<number, ImageAnnotationRecord>();
	readonly videoAnnotations = new Map<number, VideoAnnotationRecord>();
	/** Datasets by project, images and videos by dataset. */
	readonly datasetsOf = new Children();
	readonly imagesOf = new Children();
	readonly videosOf = new Children();
	/** Ids of images by the ids of the alpha masks on them: masks are uploaded and downloaded by their ids only. */
	readonly #imageOfMask = new Map<number, number>();
	readonly #journal: Journal;
	#next = 1;

	/** Opens or creates the state in `folder`. @throws Error when the journal there is damaged. */
	constructor(folder: string) {
		mkdirSync(folder, { recursive: true });
		const file = join(folder, 'journal.jsonl');
		for (const entry of readJournal(file)) {
			for (const put of entry.put) this.#apply(put);
			this.#next = Math.max(this.#next, entry.next);
		}
		this.#journal = new Journal(file, this.#snapshot());
	}

	/** The next id; all entities share one sequence. An id that was stored is never given again, even after a restart. */
	newId(): number {
		return this.#next++;
	}

	/** Makes changes, all or none. @throws Error when the disk refuses; then nothing has changed. */
	commit(put: Put[]): void {
		this.#journal.append({ next: this.#next, put });
		for (const each of put) this.#apply(each);
	}

	/** The annotation that an alpha mask belongs to. */
	annotationOfMask(id: number): ImageAnnotationRecord | undefined {
		const imageId = this.#imageOfMask.get(id);
		return imageId === undefined ? undefined : this.imageAnnotations.get(imageId);
	}

	close(): void {
		this.#journal.close();
	}

	#apply([kind, record]: Put): void {
		switch (kind) {
			case 'project':
				this.projects.set(record.id, record);
				break;
			case 'dataset':
				this.datasets.set(record.id, record);
				this.datasetsOf.add(record.projectId, record);
				break;
			case 'blob':
				this.blobs.set(record.hash, record);
				break;
			case 'image':
				this.images.set(record.id, record);
				this.imagesOf.add(record.datasetId, record);
				break;
			case 'removedImage':
				this.#removeImage(record.id);
				break;
			case 'video':
				this.videos.set(record.id, record);
				this.videosOf.add(record.datasetId, record);
				break;
			case 'imageAnnotation':
				this.#forgetMasks(record.imageId);
				this.imageAnnotations.set(record.imageId, record);
				for (const mask of masksOf(record)) this.#imageOfMask.set(mask.id, record.imageId);
				break;
			case 'videoAnnotation':
				this.videoAnnotations.set(record.videoId, record);
				break;
		}
	}

	#removeImage(id: number): void {
		const image = this.images.get(id);
		if (image) this.imagesOf.remove(image.datasetId, image);
		this.#forgetMasks(id);
		this.imageAnnotations.delete(id);
		this.images.delete(id);
	}

	#forgetMasks(imageId: number): void {
		for (const mask of masksOf(this.imageAnnotations.get(imageId))) this.#imageOfMask.delete(mask.id);
	}

	/** The entries of the current state. Datasets of an interrupted import, which have no project, are left out. */
	*#snapshot(): Generator<Entry> {
		const next = this.#next;
		yield { next, put: [] };
		for (const record of this.blobs.values()) yield { next, put: [['blob', record]] };
		for (const project of this.projects.values()) {
			for (const id of this.datasetsOf.ids(project.id)) yield* this.#datasetSnapshot(id);
			yield { next, put: [['project', project]] };
		}
	}

	*#datasetSnapshot(id: number): Generator<Entry> {
		const next = this.#next;
		const dataset = this.datasets.get(id);
		if (dataset) yield { next, put: [['dataset', dataset]] };
		for (const imageId of this.imagesOf.ids(id)) {
			const image = this.images.get(imageId);
			const annotation = this.imageAnnotations.get(imageId);
			if (image)
				yield {
					next,
					put: annotation
						? [
								['image', image],
								['imageAnnotation', annotation],
							]
						: [['image', image]],
				};
		}
		for (const videoId of this.videosOf.ids(id)) {
			const video = this.videos.get(videoId);
			const annotation = this.videoAnnotations.get(videoId);
			if (video)
				yield {
					next,
					put: annotation
						? [
								['video', video],
								['videoAnnotation', annotation],
							]
						: [['video', video]],
				};
		}
	}
}

const masksOf = (annotation: ImageAnnotationRecord | undefined): LabelRecord[] =>
	annotation?.labels.filter(each => each.geometryType === 'alpha_mask') ?? [];
