/** What there is to say of a file that ends before it says it does; undefined of one that doesn't. Sizes in bytes. */
export const cutOff = (saidSize: number, size: number): string | undefined =>
	Number.isFinite(saidSize) && saidSize > size
		? `The file is cut off: it should have ${saidSize} bytes and has ${size}`
		: undefined;
