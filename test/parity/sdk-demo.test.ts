import { expect, test } from 'vitest';
import { type DemoVideo, demoVideos, makeDemoProject } from '#demo/project/make-project.ts';
import { type Point, sceneAt } from '#demo/project/scene.ts';
import { serve, temporaryFolder } from '#test/supervisely-server.ts';
import { supervisely } from './sdk-environment.ts';

type Image = { name: string; shows: number; labels: [string, number, number][]; tracked: boolean };

test('the SDK samples the demo project from start to end and reads every frame and label back', async context => {
	const run = await supervisely(context);
	const server = await serve();
	const { id } = await server.importVideoProject(await makeDemoProject(await temporaryFolder()));
	const videos = (await run('sample_demo.py', server.address, server.token, id)) as Record<string, Image[]>;

	for (const video of demoVideos) {
		const images = videos[[...video.dataset.split(/[\\/]/), video.name].join('/')] ?? [];
		const every = Array.from({ length: video.frames }, (_, frame) => frame);
		expect(
			images.map(({ name }) => Number(/_frame_(\d+)\.png$/.exec(name)?.[1])),
			video.name,
		).toEqual(every);
		expect(
			images.map(({ shows }) => shows),
			video.name,
		).toEqual(every);
		for (const [frame, image] of images.entries()) {
			expect(image.labels, image.name).toEqual(topLefts(video, frame));
			expect(image.tracked, image.name).toBe(frame % 10 !== 0 && image.labels.length > 0);
		}
	}
}, 900_000);

/** Class, left and top of every shape on a frame, in the order of the classes. */
const topLefts = ({ size, frames }: DemoVideo, frame: number): [string, number, number][] => {
	const { car, drone, ball, beacon, trail } = sceneAt(frame, frames, size);
	const left = (points: Point[]) => Math.min(...points.map(([x]) => x));
	const top = (points: Point[]) => Math.min(...points.map(([, y]) => y));
	return [
		...(ball ? [['ball', ball.centre[0] - ball.radius, ball.centre[1] - ball.radius] as [string, number, number]] : []),
		...(beacon ? [['beacon', beacon[0], beacon[1]] as [string, number, number]] : []),
		...(car ? [['car', car.topLeft[0], car.topLeft[1]] as [string, number, number]] : []),
		...(drone ? [['drone', left(drone), top(drone)] as [string, number, number]] : []),
		...(trail ? [['trail', left(trail), top(trail)] as [string, number, number]] : []),
	];
};
