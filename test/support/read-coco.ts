import { readFileSync } from 'node:fs';

export type CocoFile = {
	info: { description: string };
	images: {
		id: number;
		file_name: string;
		width: number;
		height: number;
		dataset_id: number;
		video_id: number;
		frame_index: number;
		split?: string;
	}[];
	annotations: {
		id: number;
		image_id: number;
		category_id: number;
		bbox: [number, number, number, number];
		area: number;
		segmentation: number[][] | { size: [number, number]; counts: number[] };
		iscrowd: number;
	}[];
	categories: { id: number; name: string }[];
};

export function readCoco(file: string): CocoFile {
	return JSON.parse(readFileSync(file, 'utf8'));
}

/** The set pixels of uncompressed run lengths, row by row, as `x,y`. Written from COCO's description alone. */
export function pixelsOfRuns({
	size: [height, width],
	counts,
}: {
	size: [number, number];
	counts: number[];
}): string[] {
	const column: boolean[] = [];
	for (const [n, count] of counts.entries()) for (let each = 0; each < count; each++) column.push(n % 2 === 1);
	if (column.length !== width * height) throw new Error(`The runs have ${column.length} pixels`);
	const found: string[] = [];
	for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (column[x * height + y]) found.push(`${x},${y}`);
	return found;
}
