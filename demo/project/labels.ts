import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Size } from '#shared/size.ts';
import { colours, discPixels } from './draw.ts';
import { emptyFrames, type Point, type Scene, sceneAt } from './scene.ts';

const hex = (colour: readonly number[]) => `#${colour.map(part => part.toString(16).padStart(2, '0')).join('')}`;

/** The classes, each with the shape of its labels. */
const shapes = { car: 'rectangle', drone: 'polygon', ball: 'bitmap', beacon: 'point', trail: 'line' } as const;

/** `meta.json` of the demo project. */
export const projectMeta = {
	classes: (Object.keys(shapes) as (keyof Scene)[]).map(title => ({
		title,
		shape: shapes[title],
		color: hex(colours[title]),
		geometry_config: {},
		hotkey: '',
	})),
	tags: [
		{ name: 'daylight', value_type: 'none', color: '#D0B040' },
		{ name: 'scene', value_type: 'any_string', color: '#40A0A0' },
		{ name: 'speed', value_type: 'any_number', color: '#A04040' },
		{ name: 'direction', value_type: 'oneof_string', values: ['left', 'right'], color: '#4060A0' },
	],
	projectType: 'videos',
};

/** Keys are derived from content, so that the project is the same each time. */
const key = (...parts: (string | number)[]) => createHash('md5').update(parts.join('/')).digest('hex');

/** A disc as a Supervisely bitmap: base64 of zlib of a PNG whose pixels differ from 0 inside. */
const discData = async (radius: number): Promise<string> => {
	const side = 2 * radius + 1;
	const pixels = Buffer.alloc(side * side);
	for (const [x, y] of discPixels(radius)) pixels[(y + radius) * side + x + radius] = 255;
	const png = await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
		.toColourspace('b-w')
		.png()
		.toBuffer();
	return deflateSync(png).toString('base64');
};

const points = (exterior: readonly Point[]) => ({ points: { exterior, interior: [] } });

/** Geometry of everything on a frame, in pixel coordinates. */
export function geometriesAt(scene: Scene, disc: string): Partial<Record<keyof Scene, object>> {
	const { car, drone, ball, beacon, trail } = scene;
	return {
		...(car ? { car: points([car.topLeft, car.bottomRight]) } : {}),
		...(drone ? { drone: points(drone) } : {}),
		...(ball
			? { ball: { bitmap: { origin: [ball.centre[0] - ball.radius, ball.centre[1] - ball.radius], data: disc } } }
			: {}),
		...(beacon ? { beacon: points([beacon]) } : {}),
		...(trail ? { trail: points(trail) } : {}),
	};
}

/**
 * The annotation of a demo video in the project-folder format: a figure on every frame that shows the object, tags of
 * the video and of objects, some with frame ranges, and some figures made by a tracker.
 */
export async function videoAnnotation(video: string, frames: number, size: Size): Promise<object> {
	const unit = Math.round(Math.min(size.width, size.height) / 18);
	const disc = await discData(Math.round(1.5 * unit));
	const half = Math.floor(frames / 2);
	const tag = (owner: string, name: string, more: object) => ({
		name,
		key: key(video, owner, name, JSON.stringify(more)),
		...more,
	});
	return {
		size: { height: size.height, width: size.width },
		description: '',
		key: key(video),
		tags: [
			tag('video', 'daylight', { value: null, labelerLogin: 'demo' }),
			tag('video', 'scene', { value: 'first half', frameRange: [0, half - 1], labelerLogin: 'demo' }),
			tag('video', 'scene', { value: 'second half', frameRange: [half, frames - 1], labelerLogin: 'demo' }),
		],
		objects: (Object.keys(shapes) as (keyof Scene)[]).map(title => ({
			key: key(video, title),
			classTitle: title,
			labelerLogin: 'demo',
			tags:
				title !== 'car'
					? []
					: [
							tag('car', 'direction', { value: 'right' }),
							tag('car', 'speed', { value: 12.5, frameRange: [0, 59], labelerLogin: 'demo' }),
							tag('car', 'speed', { value: 30, frameRange: [60, frames - 1], labelerLogin: 'demo' }),
						],
		})),
		frames: Array.from({ length: frames - emptyFrames }, (_, index) => ({
			index,
			figures: Object.entries(geometriesAt(sceneAt(index, frames, size), disc)).map(([title, geometry]) => ({
				key: key(video, title, index),
				objectKey: key(video, title),
				geometryType: shapes[title as keyof Scene],
				geometry,
				labelerLogin: 'demo',
				// A labeler draws the car on every tenth frame, a tracker on the others.
				...(title === 'car' && index % 10 !== 0 ? { trackId: key(video, 'track') } : {}),
			})),
		})),
		framesCount: frames,
	};
}
