import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflateSync } from 'node:zlib';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import sharp from 'sharp';

/** The pictures of the tiny project's videos, in pixels, and how many there are in each. */
export const tiny = { width: 160, height: 120, frames: 30 };

/** The tiny project's videos, by the names of the datasets that lead to them. */
export const tinyVideos = [
	{ datasets: ['street'], name: 'first.mp4' },
	{ datasets: ['street', 'night'], name: 'second.mkv' },
];

type XY = [number, number];

/** Where the shapes of a frame are, in pixel coordinates. Shapes move to the right, and the rectangle is there on every third frame only. */
export function tinyShapes(frame: number): {
	rectangle: [XY, XY] | null;
	polygon: XY[];
	line: XY[];
	point: XY;
	mask: XY;
} {
	return {
		rectangle:
			frame % 3 === 0
				? [
						[frame, 10],
						[frame + 20, 40],
					]
				: null,
		polygon: [
			[frame + 60, 20],
			[frame + 90, 20],
			[frame + 75, 50],
		],
		line: [
			[frame, 100],
			[frame + 40, 110],
			[frame + 80, 100],
		],
		point: [frame + 5, 70],
		mask: [frame + 100, 60],
	};
}

/** A mask of 12 x 8 pixels, as `bitmap.data`: set but for one corner. */
export async function tinyMask(): Promise<string> {
	const pixels = Buffer.alloc(12 * 8, 255);
	pixels[0] = 0;
	const png = await sharp(pixels, { raw: { width: 12, height: 8, channels: 1 } })
		.toColourspace('b-w')
		.png()
		.toBuffer();
	return deflateSync(png).toString('base64');
}

/** Writes a test video of {@link tiny} size, made by the bundled ffmpeg; every frame shows a counter. */
export async function writeTinyVideo(file: string): Promise<void> {
	const ending = extname(file);
	const video = made.get(ending) ?? makeTinyVideo(ending);
	made.set(ending, video);
	await writeFile(file, await video);
}

/** Videos by the endings of their names: each is made once. */
const made = new Map<string, Promise<Buffer>>();

async function makeTinyVideo(ending: string): Promise<Buffer> {
	const folder = await mkdtemp(join(tmpdir(), 'framefan-tiny-'));
	const file = join(folder, `video${ending}`);
	const source = `testsrc=size=${tiny.width}x${tiny.height}:rate=10:duration=${tiny.frames / 10}`;
	const args = ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', source, '-pix_fmt', 'yuv420p', '-bf', '2', file];
	try {
		await promisify(execFile)(ffmpegInstaller.path, args);
		return await readFile(file);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Writes {@link tinyVideos} with labels on every frame as a folder in Supervisely's video project format. */
export async function writeTinyVideoProject(folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeFile(join(folder, 'meta.json'), JSON.stringify(meta));
	const annotation = JSON.stringify(await tinyAnnotation());
	for (const video of tinyVideos) {
		const place = join(folder, video.datasets.join('/datasets/'));
		for (const part of ['video', 'ann']) await mkdir(join(place, part), { recursive: true });
		await writeTinyVideo(join(place, 'video', video.name));
		await writeFile(join(place, 'ann', `${video.name}.json`), annotation);
	}
}

const classes = {
	car: 'rectangle',
	field: 'polygon',
	lane: 'line',
	spot: 'point',
	blob: 'bitmap',
	fog: 'alpha_mask',
	pair: 'multipolygon',
};
const tags = [
	{ name: 'sunny', value_type: 'none' },
	{ name: 'speed', value_type: 'any_number' },
	{ name: 'mood', value_type: 'oneof_string', values: ['calm', 'wild'] },
];

const meta = {
	classes: Object.entries(classes).map(([title, shape]) => ({
		title,
		shape,
		color: '#11AA33',
		geometry_config: {},
		hotkey: '',
	})),
	tags: tags.map(tag => ({
		...tag,
		color: '#AA1133',
		hotkey: '',
		applicable_type: 'all',
		classes: [],
		target_type: 'all',
	})),
	projectType: 'videos',
};

const keyOf = (kind: number, number: number): string => `${kind}`.repeat(8) + String(number).padStart(24, '0');

async function tinyAnnotation(): Promise<object> {
	const data = await tinyMask();
	const titles = Object.keys(classes);
	const frames = Array.from({ length: tiny.frames }, (_, index) => ({
		index,
		figures: figuresOf(index, data).map(({ classTitle, ...figure }, i) => ({
			key: keyOf(2, index * 100 + i),
			objectKey: keyOf(1, titles.indexOf(classTitle)),
			nnCreated: false,
			nnUpdated: false,
			...figure,
		})),
	}));
	return {
		size: { height: tiny.height, width: tiny.width },
		description: 'a tiny video',
		key: keyOf(9, 1),
		tags: [
			{ name: 'sunny', key: keyOf(3, 1) },
			{ name: 'mood', value: 'calm', frameRange: [10, 19], key: keyOf(3, 2) },
		],
		objects: titles.map((classTitle, i) => ({
			key: keyOf(1, i),
			classTitle,
			tags: classTitle === 'car' ? [{ name: 'speed', value: 7.5, frameRange: [0, 14], key: keyOf(4, 1) }] : [],
			labelerLogin: 'ann',
		})),
		frames,
		framesCount: tiny.frames,
	};
}

function figuresOf(
	frame: number,
	data: string,
): { classTitle: string; geometryType: string; geometry: object; trackId?: string }[] {
	const { rectangle, polygon, line, point, mask } = tinyShapes(frame);
	const figure = (classTitle: keyof typeof classes, geometry: object) => ({
		classTitle,
		geometryType: classes[classTitle],
		geometry,
	});
	const points = (exterior: XY[]) => ({ points: { exterior, interior: [] } });
	return [
		...(rectangle ? [{ ...figure('car', points(rectangle)), trackId: 'tracker' }] : []),
		figure('field', points(polygon)),
		figure('lane', points(line)),
		figure('spot', points([point])),
		figure('blob', { bitmap: { origin: mask, data } }),
		...(frame < 5 ? [figure('fog', { bitmap: { origin: mask, data } })] : []),
		...(frame < 5 ? [figure('pair', { parts: [{ exterior: polygon, interior: [] }] })] : []),
	];
}
