/** Message for a file that is shorter than it declares; undefined otherwise. Sizes in bytes. */
export const cutOff = (saidSize: number, size: number): string | undefined =>
	Number.isFinite(saidSize) && saidSize > size
		? `The file is cut off: it should have ${saidSize} bytes and has ${size}`
		: undefined;
