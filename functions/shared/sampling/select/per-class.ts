import { evenly } from './evenly.ts';
import type { FrameTimes } from './frame-times.ts';

/**
 * Takes frames so that each class is on at most `most` of them. Classes on few frames choose first, evenly in time; a
 * frame with a class that is on enough frames already is not taken any more.
 * @param classesOn the classes of a frame that count
 */
export function perClass(
	times: Pick<FrameTimes, 'ticks'>,
	frames: number[],
	classesOn: (frame: number) => Iterable<string>,
	most: number,
): number[] {
	const framesOf = new Map<string, number[]>();
	for (const frame of frames)
		for (const name of new Set(classesOn(frame))) {
			const known = framesOf.get(name);
			if (known) known.push(frame);
			else framesOf.set(name, [frame]);
		}
	const rareFirst = [...framesOf].sort(([a, ofA], [b, ofB]) => ofA.length - ofB.length || (a < b ? -1 : 1));
	const taken = new Set<number>();
	const counts = new Map<string, number>();
	const isFull = (name: string) => (counts.get(name) ?? 0) >= most;
	for (const [name, own] of rareFirst) {
		// What is taken may fill other classes, so the rest is chosen anew.
		while (!isFull(name)) {
			const open = own.filter(frame => !taken.has(frame) && ![...classesOn(frame)].some(isFull));
			if (open.length === 0) break;
			for (const frame of evenly(times, open, most - (counts.get(name) ?? 0))) {
				const classes = new Set(classesOn(frame));
				if ([...classes].some(isFull)) continue;
				taken.add(frame);
				for (const each of classes) counts.set(each, (counts.get(each) ?? 0) + 1);
			}
		}
	}
	return [...taken].sort((a, b) => a - b);
}
