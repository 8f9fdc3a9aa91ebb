/**
 * Restores the order of frames of which some come late, since they need a second run.
 * @param selection indices of the frames in their order
 * @param failed indices of those that will not come; grows while frames are read
 */
export async function* inOrder<Frame extends { index: number }>(
	frames: AsyncIterable<Frame>,
	selection: number[],
	failed: ReadonlySet<number>,
): AsyncGenerator<Frame, void> {
	const early = new Map<number, Frame>();
	let at = 0;
	const ready = function* (): Generator<Frame> {
		for (let next = selection[at]; next !== undefined; next = selection[++at]) {
			const frame = early.get(next);
			if (!frame && !failed.has(next)) return;
			early.delete(next);
			if (frame) yield frame;
		}
	};
	for await (const frame of frames) {
		early.set(frame.index, frame);
		yield* ready();
	}
	yield* ready();
}
