import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StateStore } from '../aws/state-store.ts';
import { readDocument } from './documents.ts';
import { keys } from './keys.ts';
import type { LabelFingerprint } from './node.ts';
import type { Settings } from './settings.ts';

const documentSchema = z.strictObject({ schema: z.literal(1), fingerprint: z.string() });

/** Names what labels are made of: where it is the same, they are. */
export const fingerprintOf = (madeOf: unknown): string =>
	createHash('sha256').update(JSON.stringify(madeOf)).digest('hex');

/** The settings that labels are made of: which images are replaced, and how they are encoded, has no part in that. */
export function settingsOfLabels(settings: Settings) {
	const { replace, format, quality, chroma, optimiseCoding, ...ofLabels } = settings;
	return ofLabels;
}

/** Keeps that every label of a dataset is as its source wants it. */
export const writeLabelFingerprint = (store: StateStore, { dataset, fingerprint }: LabelFingerprint): Promise<void> =>
	store.write(keys.labelFingerprint(dataset), documentSchema.encode({ schema: 1, fingerprint }));

/** Whether a dataset's labels were made of the very same the last time. */
export const labelsAreUpToDate = async (
	store: StateStore,
	{ dataset, fingerprint }: LabelFingerprint,
): Promise<boolean> =>
	(await readDocument(store, keys.labelFingerprint(dataset), documentSchema))?.fingerprint === fingerprint;

/** Forgets it while labels are written: who stops in the middle leaves some of both. */
export const removeLabelFingerprint = (store: StateStore, dataset: number): Promise<void> =>
	store.remove(keys.labelFingerprint(dataset));
