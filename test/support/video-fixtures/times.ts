import { type FixtureGroup, h264, hevc, numbers as n } from './fixture.ts';
import { boxAt, editMp4, tableBox, words } from './mp4-boxes.ts';

/** Files whose times are the trap: rates, starts, edit lists, missing and false times. */
export const times: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		{
			name: 'b-pyramid.mp4',
			about: 'constant rate, B-frames in a pyramid, moov at the end',
			shows: n(0, 120),
			make: k => k.ffmpeg(...k.pictures(), ...h264, k.out),
		},
		{
			name: 'vfr.mp4',
			about: 'distances of 1 to 8 ticks',
			shows: n(0, 120),
			make: k =>
				k.ffmpeg(
					...k.pictures(),
					...['-vf', "settb=1/90,setpts='N*4+mod(N*N*7,4)+40*floor(N/50)'"],
					...['-vsync', 'passthrough', '-enc_time_base', '1/90', ...h264, k.out],
				),
		},
		{
			name: 'vfr.mkv',
			about: 'the same distances in Matroska',
			shows: n(0, 120),
			make: async k => k.ffmpeg('-i', await k.fixture('vfr.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'ntsc-rate.mp4',
			about: '30000/1001 pictures a second',
			shows: n(0, 100),
			make: k =>
				k.ffmpeg(...k.pictures({ frames: 100 }), '-vf', 'setpts=N*1001/30000/TB', '-r', '30000/1001', ...h264, k.out),
		},
		{
			name: 'no-ctts.mp4',
			about: 'B-frames without ctts and edit list: times of the container are decode times',
			shows: n(0, 120),
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					tableBox(boxes, 'ctts').type = 'free';
					boxAt(boxes, 'moov', 'trak', 'edts').type = 'free';
				}),
		},
		{
			name: 'late-start.mkv',
			about: 'the first picture is shown after 7.5 seconds',
			shows: n(0, 80),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-output_ts_offset', '7.5', k.out),
		},
		{
			name: 'negative-start.mkv',
			about: 'the first pictures have negative times, which Matroska forbids and readers take for none',
			shows: n(0, 80),
			timesAreGuesses: true,
			make: k =>
				k.ffmpeg(
					...k.pictures({ frames: 80 }),
					...h264,
					'-output_ts_offset',
					'-0.4',
					'-avoid_negative_ts',
					'disabled',
					k.out,
				),
		},
		{
			name: 'negative-start.mp4',
			about: 'negative composition offsets, no edit list',
			shows: n(0, 80),
			make: k =>
				k.ffmpeg(
					...k.pictures({ frames: 80 }),
					...h264,
					'-movflags',
					'negative_cts_offsets',
					'-use_editlist',
					'0',
					k.out,
				),
		},
		{
			name: 'late-start.ts',
			about: 'a transport stream that begins at 5 seconds',
			shows: n(0, 80),
			make: k =>
				k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-muxdelay', '2.5', '-output_ts_offset', '2.5', k.out),
		},
		{
			name: 'clock-wraps.ts',
			about: "the transport stream's 33-bit clock wraps in the middle",
			shows: n(0, 80),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-output_ts_offset', '95440.8', k.out),
		},
		{
			name: 'late-start.flv',
			about: 'Flash video, first picture after 1.2 seconds',
			shows: n(0, 80),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-output_ts_offset', '1.2', k.out),
		},
		{
			name: 'cut-h264.mp4',
			about: 'cut by stream copy: an edit list hides the first pictures',
			shows: n(39, 81),
			make: async k => k.ffmpeg('-ss', '1.3', '-i', await k.fixture('b-pyramid.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'cut-hevc.mp4',
			about: 'cut by stream copy from HEVC with open GOPs',
			shows: n(39, 57),
			make: async k => k.ffmpeg('-ss', '1.3', '-i', await k.fixture('open-gop-hevc.mp4'), '-c', 'copy', k.out),
		},
		{
			name: 'cut-with-sound.mov',
			about: 'cut by stream copy with sound, QuickTime',
			shows: n(39, 81),
			make: async k =>
				k.ffmpeg('-ss', '1.3', '-i', await k.fixture('sound-first.mp4'), '-map', '0', '-c', 'copy', k.out),
		},
		{
			name: 'empty-edit.mp4',
			about: 'sound first, the video half a second later by an empty edit',
			shows: n(0, 80),
			make: async k => {
				await k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, k.aside('video.mp4'));
				await k.ffmpeg(
					...['-f', 'lavfi', '-i', 'sine=duration=3', '-itsoffset', '0.5', '-i', k.aside('video.mp4')],
					...['-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-c:a', 'aac', k.out],
				);
			},
		},
		{
			name: 'two-edits.mp4',
			about: 'an edit list of two parts with a hole between',
			shows: [...n(0, 30), ...n(60, 30)],
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					const elst = boxAt(boxes, 'moov', 'trak', 'edts', 'elst');
					const start = elst.body.readInt32BE(12);
					const second = 15360;
					elst.body = words(0, 2, 1000, start, 65536, 1000, start + 2 * second, 65536);
				}),
		},
		{
			name: 'edit-ends-at-key.mov',
			about: 'an edit list that ends at the time of a key picture: the one before it is dropped, the key is kept',
			shows: [...n(0, 56), ...n(57, 3)],
			make: async k => {
				const slow = k.pictures({ frames: 60 }).map(argument => (argument === '30' ? '25' : argument));
				await k.ffmpeg(...slow, '-c:v', 'mpeg1video', '-q:v', '2', '-g', '15', '-bf', '2', k.aside('video.mkv'));
				await k.ffmpeg('-i', k.aside('video.mkv'), '-c', 'copy', k.out);
			},
		},
		{
			name: 'same-time.mp4',
			about: 'two pictures claim the same time',
			shows: n(0, 120),
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => shiftPicture(tableBox(boxes, 'ctts'), 20, -512)),
		},
		{
			name: 'time-goes-back.mp4',
			about: 'a picture claims a time before its neighbour',
			shows: n(0, 120),
			timesAreGuesses: true,
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => shiftPicture(tableBox(boxes, 'ctts'), 20, -768)),
		},
		{
			name: 'times-swapped.mp4',
			about: "two neighbours claim each other's times",
			shows: n(0, 120),
			timesAreGuesses: true,
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					shiftPicture(tableBox(boxes, 'ctts'), 26, -512);
					shiftPicture(tableBox(boxes, 'ctts'), 27, 512);
				}),
		},
		{
			name: 'times-rotated.mp4',
			about: 'a picture claims a time two pictures late',
			shows: n(0, 120),
			timesAreGuesses: true,
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					for (const [picture, ticks] of [
						[51, 1024],
						[50, -512],
						[52, -512],
					] as const)
						shiftPicture(tableBox(boxes, 'ctts'), picture, ticks);
				}),
		},
		{
			name: 'empty-samples.mov',
			about: 'samples without bytes, as recorders write them for a picture that stays',
			shows: n(0, 80),
			make: async k =>
				editMp4(await k.fixture('mjpeg.mov'), k.out, boxes => {
					const empty = [5, 6];
					const sizes = tableBox(boxes, 'stsz').body;
					const all = n(0, 80).map(sample => sizes.readUInt32BE(12 + sample * 4));
					for (const at of empty) all.splice(at, 0, 0);
					tableBox(boxes, 'stsz').body = words(0, 0, all.length, ...all);
					tableBox(boxes, 'stts').body = words(0, 1, all.length, 512);
					const inChunks = tableBox(boxes, 'stsc').body;
					inChunks.writeUInt32BE(inChunks.readUInt32BE(12) + empty.length, 12);
					// Its edit list ends before the pictures that are later now.
					boxAt(boxes, 'moov', 'trak', 'edts').type = 'free';
				}),
		},
		{
			name: 'same-time.mkv',
			about: 'every two pictures have the same time',
			shows: n(0, 80),
			make: async k => {
				editMp4(await k.fixture('mjpeg.mov'), k.aside('pairs.mov'), boxes => {
					tableBox(boxes, 'stts').body = words(0, 80, ...n(0, 80).flatMap(picture => [1, picture % 2 ? 1024 : 0]));
				});
				await k.ffmpeg('-i', k.aside('pairs.mov'), '-c', 'copy', k.out);
			},
		},
		{
			name: 'pause.mp4',
			about: 'eleven seconds of nothing in the middle',
			shows: n(0, 60),
			make: k =>
				k.ffmpeg(
					...k.pictures({ frames: 60 }),
					...['-vf', "settb=1/600,setpts='N*20+if(gte(N,31),6600,0)'", '-vsync', 'passthrough'],
					...['-enc_time_base', '1/600', ...h264, k.out],
				),
		},
		{
			name: 'large-timescale.mp4',
			about: 'ninety million ticks a second',
			shows: n(0, 80),
			make: k => k.ffmpeg(...k.pictures({ frames: 80 }), ...h264, '-video_track_timescale', '90000000', k.out),
		},
		{
			name: 'no-timescale.mp4',
			about: 'the track says that a second has 0 ticks',
			shows: n(0, 120),
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					boxAt(boxes, 'moov', 'trak', 'mdia', 'mdhd').body.writeUInt32BE(0, 12);
					boxAt(boxes, 'moov', 'trak', 'edts').type = 'free';
				}),
		},
		{
			name: 'hevc.mp4',
			about: 'HEVC, closed GOPs',
			shows: n(0, 96),
			make: k => k.ffmpeg(...k.pictures({ frames: 96 }), ...hevc(), '-tag:v', 'hvc1', k.out),
		},
	],
};

/** Moves the time of one sample; `ctts` has an entry for each run of samples. */
const shiftPicture = (ctts: { body: Buffer }, sample: number, ticks: number): undefined => {
	const offsets: number[] = [];
	for (let entry = 0; entry < ctts.body.readUInt32BE(4); entry++) {
		for (let run = ctts.body.readUInt32BE(8 + entry * 8); run > 0; run--) {
			offsets.push(ctts.body.readInt32BE(12 + entry * 8));
		}
	}
	offsets[sample] = (offsets[sample] as number) + ticks;
	ctts.body = words(0, offsets.length, ...offsets.flatMap(offset => [1, offset]));
};
