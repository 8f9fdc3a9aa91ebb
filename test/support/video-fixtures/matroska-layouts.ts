import { readFileSync, writeFileSync } from 'node:fs';
import { type FixtureContext, type FixtureGroup, h264, mpeg4, numbers as n } from './fixture.ts';
import {
	blockGroup,
	clusters,
	element,
	type Film,
	float,
	header,
	info,
	inMilliseconds,
	lacedBlock,
	matroska,
	tracks,
	unsigned,
	unsized,
} from './matroska-elements.ts';
import { parseBoxes } from './mp4-boxes.ts';
import { inSampleEntry, sampleEntry, samplesOf } from './mp4-samples.ts';

/** Sixty pictures of H.264 with B-frames. */
const film = async (k: FixtureContext, video: Buffer[] = [], filter = 'null', size = {}): Promise<Film> => {
	const pictures = { width: 192, height: 108, frames: 60, ...size };
	await k.ffmpeg(...k.pictures(pictures), '-vf', filter, ...h264, k.aside('film.mp4'));
	const bytes = readFileSync(k.aside('film.mp4'));
	const boxes = parseBoxes(bytes);
	const entry = sampleEntry(boxes);
	return {
		codec: 'V_MPEG4/ISO/AVC',
		privateData: inSampleEntry(entry, 'avcC'),
		width: entry.readUInt16BE(32),
		height: entry.readUInt16BE(34),
		video,
		samples: inMilliseconds(samplesOf(bytes, boxes), 15_360),
	};
};

/** How a flat picture is turned (RFC 9559, 5.1.4.1.28.41). */
const pose = (roll: number, yaw: number): Buffer =>
	element('7670', unsigned('7671', 0), float('7673', yaw), float('7674', 0), float('7675', roll));

/** `stored` makes the stored picture from the upright one, `shown` the other way. */
const turns: { name: string; roll: number; yaw: number; stored: string; shown: string }[] = [
	{ name: 'rolled-90.mkv', roll: 90, yaw: 0, stored: 'transpose=clock', shown: 'transpose=cclock' },
	{ name: 'rolled-180.mkv', roll: 180, yaw: 0, stored: 'hflip,vflip', shown: 'hflip,vflip' },
	{ name: 'rolled-270.mkv', roll: -90, yaw: 0, stored: 'transpose=cclock', shown: 'transpose=clock' },
	{ name: 'mirrored.mkv', roll: 0, yaw: 180, stored: 'hflip', shown: 'hflip' },
];

/** An entry of a seek head: where in the segment an element is. */
const seek = (id: string, position: number): Buffer =>
	element('4dbb', element('53ab', Buffer.from(id, 'hex')), unsigned('53ac', position));

const appended = (segment: (...content: Buffer[]) => Buffer) => async (k: FixtureContext) => {
	const own = await film(k);
	const one = Buffer.concat([header, segment(info, tracks(own), ...clusters(own.samples))]);
	writeFileSync(k.out, Buffer.concat([one, one]));
};

/** What Matroska may say of a recording beyond the plain. */
export const matroskaLayouts: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'appended.mkv',
			about: 'two files, one behind the other',
			shows: [...n(0, 60), ...n(0, 60)],
			// Before 5.0 ffmpeg ends with the first.
			measuredBy: 'appended-live.mkv',
			notes: /several segments/,
			make: appended((...content) => element('18538067', ...content)),
		},
		{
			name: 'appended-live.mkv',
			about: 'the same with segments of unknown size',
			shows: [...n(0, 60), ...n(0, 60)],
			make: appended((...content) => unsized('18538067', ...content)),
		},
		{
			name: 'tracks-behind.mkv',
			about: 'the tracks stand behind the clusters',
			shows: n(0, 60),
			make: async k => {
				const own = await film(k);
				const all = clusters(own.samples);
				const headOf = (position: number) => element('114d9b74', seek('1654ae6b', position));
				const before = Buffer.concat([headOf(0), info, ...all]).length;
				writeFileSync(k.out, Buffer.concat([header, element('18538067', headOf(before), info, ...all, tracks(own))]));
			},
		},
		{
			name: 'one-in-a-lace.mkv',
			about: 'blocks that may hold several pictures, and hold one',
			shows: n(0, 60),
			make: async k => writeFileSync(k.out, matroska(await film(k), lacedBlock)),
		},
		{
			name: 'no-references.mkv',
			about: 'groups of blocks that never say that a picture refers to another',
			shows: n(0, 60),
			make: async k => writeFileSync(k.out, matroska(await film(k), blockGroup)),
		},
		{
			name: 'end-code-alone.mkv',
			about: 'MPEG-4 whose last block is an end code, and no picture',
			shows: n(0, 60),
			notes: /hold no picture/,
			make: async k => {
				const pictures = k.pictures({ width: 192, height: 108, frames: 60 });
				await k.ffmpegToPipe(...pictures, ...mpeg4, '-bf', '0', '-f', 'matroska');
				const end = clusters([{ data: Buffer.from('000001b1', 'hex'), time: 2000, isKey: false }]);
				writeFileSync(k.out, Buffer.concat([readFileSync(k.out), ...end]));
			},
		},
		{
			name: 'junk-behind.mkv',
			about: 'bytes behind the segment that are no element',
			shows: n(0, 60),
			notes: /are not part of a known element/,
			make: async k => writeFileSync(k.out, Buffer.concat([matroska(await film(k)), Buffer.alloc(5000, 0xa7)])),
		},
		...turns.map(({ name, roll, yaw, stored, shown }) => ({
			name,
			about: `turned by the projection: roll ${roll}, yaw ${yaw}`,
			shows: n(0, 60),
			decode: { input: ['-noautorotate'], filter: shown },
			make: async (k: FixtureContext) => {
				const size = stored.includes('transpose') ? { width: 180, height: 320 } : {};
				writeFileSync(k.out, matroska(await film(k, [pose(roll, yaw)], stored, size)));
			},
		})),
	],
};
