import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clip } from './clips.ts';

/**
 * Writes a video project of one clip into a folder, with two labels on each labelled frame: a box and a polygon that move.
 * @param labelled frame indices; all without it
 * @param videos how often the clip is in it
 */
export async function writeBenchProject(folder: string, clip: Clip, labelled?: number[], videos = 1): Promise<void> {
	for (const part of ['video', 'ann']) await mkdir(join(folder, 'clips', part), { recursive: true });
	await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
	const labels = JSON.stringify(annotation(clip, labelled));
	for (let number = 1; number <= videos; number++) {
		const video = `clip${number > 1 ? `-${number}` : ''}${clip.path.slice(clip.path.lastIndexOf('.'))}`;
		const file = join(folder, 'clips', 'video', video);
		await symlink(clip.path, file).catch(() => copyFile(clip.path, file));
		await writeFile(join(folder, 'clips', 'ann', `${video}.json`), labels);
	}
}

const shapes = { vehicle: 'rectangle', field: 'polygon' };
const common = { color: '#11AA33', geometry_config: {}, hotkey: '' };
const meta = {
	classes: Object.entries(shapes).map(([title, shape]) => ({ title, shape, ...common })),
	tags: [],
	projectType: 'videos',
};

const key = (kind: number, number: number): string => String(kind).repeat(8) + String(number).padStart(24, '0');

function annotation({ width, height, frames }: Clip, labelled?: number[]): object {
	const indices = labelled ?? Array.from({ length: frames }, (_, index) => index);
	const figures = (index: number) => {
		// All within two thirds of the picture each way: the SDK leaves labels as they are where it makes 720p of 1080p.
		const left = Math.round(((index % 100) / 100) * (width / 3));
		const [top, right, bottom] = [Math.round(height / 4), left + Math.round(width / 4), Math.round(height / 2)];
		const lowest = Math.round(height * 0.6);
		const middle = Math.round((left + right) / 2);
		const places = {
			vehicle: [
				[left, top],
				[right, bottom],
			],
			field: [
				[left, bottom],
				[middle, top],
				[right, bottom],
				[middle, lowest],
			],
		};
		return Object.entries(places).map(([title, exterior], i) => ({
			key: key(2, index * 2 + i),
			objectKey: key(1, i),
			geometryType: shapes[title as keyof typeof shapes],
			geometry: { points: { exterior, interior: [] } },
			nnCreated: false,
			nnUpdated: false,
		}));
	};
	return {
		size: { height, width },
		description: '',
		key: key(9, 1),
		tags: [],
		objects: Object.keys(shapes).map((classTitle, i) => ({ key: key(1, i), classTitle, tags: [] })),
		frames: indices.map(index => ({ index, figures: figures(index) })),
		framesCount: frames,
	};
}
