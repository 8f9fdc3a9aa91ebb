import sharp from 'sharp';
import type { Point } from '../../../functions/shared/supervisely/labels/geometry/plane.ts';
import type { ObjectSpec, TagSpec, VideoSpec } from './annotation-file.ts';
import type { DescribedLabel, Geometry } from './described-project.ts';
import { figure, ofPoints, richMeta, size, vertices, xy } from './rich-project.ts';
import type { DatasetFolder } from './video-project.ts';

/** A video like `clean.mp4` but for one thing that the SDK can't bring over, and gives up the whole video for. */
export type HardVideo = {
	/** What the SDK ends with. */
	sdkError: RegExp;
	/** Labels that its first frame has beyond those of `clean.mp4`, without tags. */
	adds: Omit<DescribedLabel, 'tags'>[];
	/** What Framefan says of each frame. */
	faults: RegExp[];
	objects?: ObjectSpec[];
	tags?: TagSpec[];
};

const frames = 3;

/** One object, with the same figure on every frame. */
const object = (classTitle: string, geometryType: string, geometry: object, tags: TagSpec[] = []): ObjectSpec => ({
	classTitle,
	tags,
	figure: () => figure(geometryType, geometry),
});

const label = (name: string, type: string, geometry: object) => ({ class: name, type, geometry: geometry as Geometry });

const corners: Point[] = xy('20,20 29,20 29,27 20,27 24,23 33,23 33,30 24,30');
const cuboid = {
	points: corners,
	faces: [
		[0, 1, 2, 3],
		[4, 5, 6, 7],
		[0, 1, 5, 4],
	],
};
const nodes = (loc: Point) => ({ nodes: { nose: { loc }, left: { loc: [2, 30] } } });
const beyond = /OutOfImageBounds/;

/** By the names of the corrections that they show, which are those of the videos too. */
export async function makeHardVideos(): Promise<Record<string, HardVideo>> {
	const gray = sharp(Buffer.from([255, 0, 255, 255]), { raw: { width: 2, height: 2, channels: 1 } });
	const bare = (await gray.toColourspace('b-w').png().toBuffer()).toString('base64');
	return {
		'unfinished-tag': {
			sdkError: /Tag \w+ can not have value None/,
			adds: [label('car', 'rectangle', ofPoints(xy('1,2 9,9')))],
			faults: [/tag "speed" of type any_number has no value/, /tag "note" of type any_string has no value/],
			objects: [
				{
					...object('car', 'rectangle', ofPoints(xy('1,2 9,9'))),
					tags: [{ name: 'speed' }],
				},
			],
			tags: [{ name: 'note' }],
		},
		cuboid: {
			sdkError: /TypeError: list indices must be integers/,
			adds: [label('box', 'cuboid', cuboid)],
			faults: [],
			objects: [object('box', 'cuboid', cuboid)],
		},
		'figure-cut-at-border': {
			sdkError: beyond,
			adds: [label('car', 'rectangle', ofPoints(xy('50,40 63,47')))],
			faults: [],
			objects: [object('car', 'rectangle', ofPoints(xy('50,40 64,48')))],
		},
		'holes-kept-when-cut': {
			sdkError: beyond,
			adds: [label('field', 'polygon', ofPoints(xy('63,40 40,40 40,10 63,10'), xy('45,15 50,20 50,15')))],
			faults: [],
			objects: [object('field', 'polygon', ofPoints(xy('40,10 70,10 70,40 40,40'), xy('45,15 50,15 50,20')))],
		},
		'nodes-on-picture-kept': {
			sdkError: beyond,
			adds: [label('body', 'graph', { nodes: { left: { loc: [2, 30] } } })],
			faults: [],
			objects: [object('body', 'graph', nodes([80, 8]))],
		},
		'figure-beyond-picture': {
			sdkError: beyond,
			adds: [],
			faults: [/rectangle.*lies outside the picture of 64 x 48/],
			objects: [object('car', 'rectangle', ofPoints(xy('100,100 120,130')))],
		},
		'figure-in-space': {
			sdkError: /NotImplementedError/,
			adds: [],
			faults: [/cuboid_3d.*a 3D geometry cannot be drawn on a frame/],
			objects: [
				object('thing', 'cuboid_3d', {
					position: { x: 0, y: 0, z: 0 },
					rotation: { x: 0, y: 0, z: 0 },
					dimensions: { x: 1, y: 1, z: 1 },
				}),
			],
		},
		'any-class-graph': {
			sdkError: /KeyError: 'nodes'/,
			adds: [label('thing', 'graph', nodes([9, 8]))],
			faults: [],
			objects: [object('thing', 'graph', nodes([9, 8]))],
		},
		'any-class-cuboid-2d': {
			sdkError: /KeyError: 'vertices'/,
			adds: [label('thing', 'cuboid_2d', { vertices: vertices(corners) })],
			faults: [],
			objects: [object('thing', 'cuboid_2d', { vertices: vertices(corners) })],
		},
		'malformed-figure': {
			sdkError: /must contain exactly two points/,
			adds: [],
			faults: [/geometry\.points\.exterior/],
			objects: [object('car', 'rectangle', ofPoints(xy('5,5')))],
		},
		'gray-mask-unpacked': {
			sdkError: /must be a 2-dimensional numpy array/,
			adds: [
				label('blob', 'bitmap', {
					origin: [10, 11],
					rows: xy('1,0 1,1'),
				}),
			],
			faults: [],
			objects: [object('blob', 'bitmap', { bitmap: { origin: [10, 11], data: bare } })],
		},
	};
}

/** The clean video in a dataset of its own, and the hard ones. */
export function hardDatasets(videos: Record<string, HardVideo>): DatasetFolder[] {
	const labels = ({ objects = [], tags = [] }: Partial<HardVideo>): VideoSpec => ({
		size,
		frames,
		tags: [{ name: 'sunny' }, ...tags],
		objects: [object('car', 'rectangle', ofPoints(xy('3,4 20,30')), [{ name: 'speed', value: 3 }]), ...objects],
	});
	const file = (name: string, video: Partial<HardVideo>) => ({
		name: `${name}.mp4`,
		frames,
		encoding: 'lossy' as const,
		labels: labels(video),
	});
	const hard = Object.entries(videos).map(([name, video]) => file(name, video));
	return [
		{ path: ['clean'], videos: [file('clean', {})] },
		{ path: ['hard'], videos: hard },
	];
}

const [color] = richMeta.classes.map(each => each.color);
export const hardMeta = {
	...richMeta,
	classes: [...richMeta.classes, { title: 'box', shape: 'cuboid', color, geometry_config: {}, hotkey: '' }],
};
