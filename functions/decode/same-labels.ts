import { createHash } from 'node:crypto';
import type { FrameLabels } from '#shared/supervisely/labels/frame-annotation.ts';
import { alphaMask, bitmap } from '#shared/supervisely/labels/geometry/masks.ts';
import type { StoredAnnotation, StoredMask } from '#shared/supervisely/remote/api.ts';

type Label = { classTitle: string; geometryType: string; tags: Tag[]; [key: string]: unknown };
type Tag = { name: string; value?: unknown };

/** Keys that hold a geometry, of all known types. */
const geometryKeys = [
	...['points', 'parts', 'bitmap', 'multichannelBitmap', 'nodes', 'faces', 'angle'],
	...['vertices', 'position', 'rotation', 'dimensions', 'face'],
];
/** Keys of a label that hold something else. */
const headKeys = ['classTitle', 'description', 'tags', 'geometryType', 'shape', 'nnCreated', 'nnUpdated', 'classId'];

/**
 * Whether an image already has these labels and tags. Ignores what the server sets: ids, dates, logins, other fields
 * of a label, and the order of labels and tags. Masks are compared by their pixels.
 * @param masks the masks of alpha mask labels, which the server stores separately, by label id
 */
export async function sameLabels(
	{ annotation, specialFigures }: Pick<FrameLabels, 'annotation' | 'specialFigures'>,
	stored: StoredAnnotation,
	masks: ReadonlyMap<number, StoredMask>,
): Promise<boolean> {
	const wanted = [
		...annotation.objects,
		...specialFigures.map(({ head, geometry }) => ({ ...geometry, ...head })),
	] as Label[];
	const found = stored.objects.map(label => (masks.has(label.id) ? { ...label, bitmap: masks.get(label.id) } : label));
	if (wanted.length !== found.length) return false;
	const { width, height } = annotation.size;
	if (stored.size.width !== width || stored.size.height !== height) return false;
	if (tagTexts(annotation.tags).join() !== tagTexts(stored.tags).join()) return false;
	const keys = new Set([...geometryKeys, ...wanted.flatMap(Object.keys)]);
	for (const key of headKeys) keys.delete(key);
	const same = async (geometryOf: (label: Label) => Promise<unknown>): Promise<boolean> => {
		const [left, right] = await Promise.all(
			[wanted, found as Label[]].map(async labels => {
				const texts = labels.map(async label => textOf([...headOf(label), await geometryOf(label)]));
				return (await Promise.all(texts)).sort();
			}),
		);
		return textOf(left) === textOf(right);
	};
	const plain = async (label: Label) => Object.fromEntries([...keys].map(key => [key, label[key]]));
	// Most masks come back as they were sent; only if one differs, all are unpacked.
	return (await same(plain)) || same(async label => ({ ...(await plain(label)), ...(await unpacked(label)) }));
}

const headOf = ({ classTitle, geometryType, tags }: Label) => [classTitle, geometryType, tagTexts(tags)];

const tagTexts = (tags: Tag[]): string[] => tags.map(({ name, value }) => textOf([name, value ?? null])).sort();

/** JSON with sorted keys, without null and false, and numbers rounded to 6 decimals. */
const textOf = (value: unknown): string =>
	JSON.stringify(value, (_, each: unknown) => {
		if (typeof each === 'number') return Math.round(each * 1e6) / 1e6;
		if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
		const entries = Object.entries(each).filter(([, part]) => part !== null && part !== undefined && part !== false);
		return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
	});

/** A mask by its position and pixels; empty for an unreadable one. */
const unpacked = async ({ geometryType, bitmap: mask }: Label): Promise<object> => {
	const kind = { bitmap, alpha_mask: alphaMask }[geometryType];
	if (!kind) return {};
	try {
		const { origin, raster } = await kind.parse({ bitmap: mask });
		const pixels = createHash('sha256').update(raster.data).digest('hex');
		return { bitmap: { origin, width: raster.width, height: raster.height, pixels } };
	} catch {
		return {};
	}
};
