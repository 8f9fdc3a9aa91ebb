/** The result of `work`; if it isn't done by `time` (epoch milliseconds), that of `otherwise`. `work` goes on. */
export async function before<Result>(time: number, work: Promise<Result>, otherwise: () => Result): Promise<Result> {
	let timer: NodeJS.Timeout | undefined;
	const over = new Promise<'over'>(resolve => {
		timer = setTimeout(resolve, Math.max(0, time - Date.now()), 'over');
	});
	try {
		const first = await Promise.race([work.then(found => ({ found })), over]);
		return first === 'over' ? otherwise() : first.found;
	} finally {
		clearTimeout(timer);
		work.catch(() => {});
	}
}
