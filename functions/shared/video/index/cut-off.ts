/** Message for a file that is shorter than it declares; undefined otherwise. Sizes in bytes. */
export function cutOff(saidSize: number, size: number): string | undefined {
	return Number.isFinite(saidSize) && saidSize > size
		? `The file is cut off: it should have ${saidSize} bytes and has ${size}`
		: undefined;
}
