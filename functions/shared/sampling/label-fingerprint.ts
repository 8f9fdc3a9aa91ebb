import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { StateStore } from '../state-store.ts';
import { storedObject } from '../stored-object.ts';
import { readDocument } from './documents.ts';
import { keys } from './keys.ts';
import type { LabelFingerprint } from './node.ts';
import type { Settings } from './settings.ts';

export const fingerprintSchema = storedObject({ schema: z.literal(1), fingerprint: z.string() });

/** Fingerprint of what labels are made of: equal fingerprints mean equal labels. */
export function fingerprintOf(madeOf: unknown): string {
	return createHash('sha256').update(JSON.stringify(madeOf)).digest('hex');
}

/** The settings that labels depend on: all but those for replacing and encoding images. */
export function settingsOfLabels(settings: Settings) {
	const { replace, format, quality, chroma, optimiseCoding, ...ofLabels } = settings;
	return ofLabels;
}

/** Records that all labels of a dataset match their source. */
export function writeLabelFingerprint(store: StateStore, { dataset, fingerprint }: LabelFingerprint): Promise<void> {
	return store.write(keys.labelFingerprint(dataset), fingerprintSchema.encode({ schema: 1, fingerprint }));
}

/** Whether all labels of a dataset were last made of what has this fingerprint. */
export async function labelsAreUpToDate(
	store: StateStore,
	{ dataset, fingerprint }: LabelFingerprint,
): Promise<boolean> {
	return (await readDocument(store, keys.labelFingerprint(dataset), fingerprintSchema))?.fingerprint === fingerprint;
}

/** Removes the record before labels are written: an interrupted update leaves old and new labels. */
export function removeLabelFingerprint(store: StateStore, dataset: number): Promise<void> {
	return store.remove(keys.labelFingerprint(dataset));
}
