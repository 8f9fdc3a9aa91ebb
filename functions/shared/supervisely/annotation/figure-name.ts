import { parseFigure, type VideoFigure, type VideoObject } from './video-annotation.ts';

/** Name of a figure for messages: id, type and class. */
export function figureName({ id, geometryType }: VideoFigure, object: VideoObject | undefined): string {
	const ofClass = object ? `class ${JSON.stringify(object.classTitle)}` : 'without class';
	return `Figure ${id ?? 'without id'} (${geometryType}, ${ofClass})`;
}

/** The same for a figure that has not been parsed. Fan-out needs it, and has no layer for what converts geometries. */
export function nameOfFigure(raw: unknown, objects: ReadonlyMap<number, VideoObject>): string {
	try {
		const figure = parseFigure(raw);
		return figureName(figure, objects.get(figure.objectId));
	} catch {
		return 'A malformed figure';
	}
}
