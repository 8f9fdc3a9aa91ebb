/** Width and height in pixels. */
export type Size = { width: number; height: number };

export function isSameSize(a: Size, b: Size): boolean {
	return a.width === b.width && a.height === b.height;
}
