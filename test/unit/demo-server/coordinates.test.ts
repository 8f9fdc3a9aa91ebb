import { expect, test } from 'vitest';
import { toPixel, toSubPixel } from '#demo/server/coordinates.ts';

const size = { width: 64, height: 48 };
const points = (exterior: number[][]) => ({ points: { exterior, interior: [] } });

test.each([
	{
		type: 'rectangle',
		subPixel: points([
			[10, 11],
			[31, 32],
		]),
		pixel: points([
			[10, 11],
			[30, 31],
		]),
	},
	{
		type: 'rectangle',
		subPixel: points([
			[1.74, 1.55],
			[3.76, 4.63],
		]),
		pixel: points([
			[2, 1],
			[3, 4],
		]),
	},
	{
		type: 'rectangle',
		subPixel: points([
			[10.1, 11.2],
			[10.9, 11.8],
		]),
		pixel: points([
			[10, 11],
			[10, 11],
		]),
	},
	{
		type: 'rectangle',
		subPixel: points([
			[31, 32],
			[10, 11],
		]),
		pixel: points([
			[10, 11],
			[30, 31],
		]),
	},
	{ type: 'point', subPixel: points([[64, 48]]), pixel: points([[63, 47]]) },
	{
		type: 'polygon',
		subPixel: points([
			[1.5, 2.5],
			[20.5, 2.5],
			[64, 22.9],
		]),
		pixel: points([
			[1, 2],
			[20, 2],
			[63, 22],
		]),
	},
	{
		type: 'oriented_bbox',
		subPixel: {
			points: [
				[10, 11],
				[31, 32],
			],
			angle: 1,
		},
		pixel: {
			points: [
				[10, 11],
				[30, 31],
			],
			angle: 1,
		},
	},
	{
		type: 'bitmap',
		subPixel: { bitmap: { origin: [7.9, 5], data: '' } },
		pixel: { bitmap: { origin: [7, 5], data: '' } },
	},
	{ type: 'graph', subPixel: { nodes: { a: { loc: [1.5, 2.5] } } }, pixel: { nodes: { a: { loc: [1, 2] } } } },
	{ type: 'spline', subPixel: { anything: [1.5] }, pixel: { anything: [1.5] } },
])('$type $subPixel comes out in pixels as $pixel', ({ type, subPixel, pixel }) => {
	expect(toPixel(type, subPixel, size)).toEqual(pixel);
});

test.each([
	{
		type: 'rectangle',
		pixel: points([
			[10, 11],
			[30, 31],
		]),
		subPixel: points([
			[10, 11],
			[31, 32],
		]),
	},
	{
		type: 'line',
		pixel: points([
			[1, 2],
			[20, 2],
		]),
		subPixel: points([
			[1.5, 2.5],
			[20.5, 2.5],
		]),
	},
	{
		type: 'multipolygon',
		pixel: {
			parts: [
				{
					exterior: [
						[1, 2],
						[3, 4],
						[5, 6],
					],
					interior: [
						[
							[1, 1],
							[2, 2],
							[3, 3],
						],
					],
				},
			],
		},
		subPixel: {
			parts: [
				{
					exterior: [
						[1.5, 2.5],
						[3.5, 4.5],
						[5.5, 6.5],
					],
					interior: [
						[
							[1.5, 1.5],
							[2.5, 2.5],
							[3.5, 3.5],
						],
					],
				},
			],
		},
	},
])('$type $pixel comes out in sub-pixels as $subPixel', ({ type, pixel, subPixel }) => {
	expect(toSubPixel(type, pixel)).toEqual(subPixel);
});
