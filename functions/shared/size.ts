/** Width and height in pixels. */
export type Size = { width: number; height: number };

export function isSameSize(a: Size, b: Size): boolean {
	return a.width === b.width && a.height === b.height;
}

/** Size to scale to: [height, width] in pixels; one of them may be null to keep the aspect ratio. */
export type Resize = [height: number | null, width: number | null];

/**
 * The size of a resized picture. A null side keeps the aspect ratio, rounded, at least 1 pixel.
 * @param resize null keeps the size
 */
export function targetSize(resize: Resize | null, { width, height }: Size): Size {
	if (!resize) return { width, height };
	const [toHeight, toWidth] = resize;
	const follow = (side: number, own: number, other: number) => Math.max(1, Math.round((side * own) / other));
	return {
		height: toHeight ?? (toWidth === null ? height : follow(toWidth, height, width)),
		width: toWidth ?? (toHeight === null ? width : follow(toHeight, width, height)),
	};
}
