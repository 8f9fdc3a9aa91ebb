import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { type Fixture, type FixtureContext, type FixtureGroup, h264, numbers as n } from './fixture.ts';
import { clusters, element, header, info, inMilliseconds, text, tracks, unsigned } from './matroska-elements.ts';
import { parseBoxes, writeBoxes } from './mp4-boxes.ts';
import { inSampleEntry, replaceSamples, sampleEntry, samplesOf } from './mp4-samples.ts';

const small = { width: 192, height: 108, frames: 60 };

/** What ffmpeg says in its log, of any run: pictures, complaints, what it does. */
const lines = [
	'Parsed_showinfo n:   0 pts:      0 ',
	'[Parsed_showinfo_1 @ 0x55d0c8f1a2c0] [info] n:   0 pts:      0 pts_time:0 pos: 48 fmt:yuv420p sar:0/1 s:192x108 i:P iskey:1 type:I checksum:00000000 plane_checksum:[00000000]',
	'[showinfo@name @ 0x55d0c8f1a2c0] [info] n:   0 pts:      0 pts_time:0 pos: 48 fmt:yuv420p sar:0/1 s:192x108 i:P iskey:1 type:I checksum:00000000 plane_checksum:[00000000]',
	'[showinfo@name @ 0x55d0c8f1a2c0] [info] config in time_base: 1/7, frame_rate: 7/1',
	'[error] handling',
	'[h264 @ 0x1] [error] x',
	'[h264 @ 0x1] [error] error while decoding MB 3 4, bytestream 12',
	'[h264 @ 0x1] [warning] concealing 12 DC, 12 AC, 12 MV errors in P frame',
	'[mpegts @ 0x1] [debug] Continuity check failed for pid 256',
	'[h264 @ 0x1] [debug] Frame num gap 1 12',
	'[fatal] Conversion failed!',
	'[info] Stream mapping:',
	'Stream mapping:',
	'[info]   Stream #0:0 (rawvideo) -> select',
	"[info] Input #1, lavfi, from 'nullsrc@0123456789abcdef0123456789abcdef=s=16x16':",
	"Input #1, lavfi, from 'nullsrc@name=s=16x16':",
	'Picture size 16384x8192 exceeds specified max pixel count',
	'Decoder (codec h264) not found for input stream #0:0',
];
const log = `\n${lines.join('\n')}\n`;
const harmless = 'Lecture 3: [error] handling';

/** Everything that a file may say of itself and of its streams. */
const everywhere = (said: string): string[] => [
	...['title', 'comment', 'artist', 'copyright', 'description'].flatMap(key => ['-metadata', `${key}=${said}`]),
	...['title', 'handler_name', 'comment'].flatMap(key => ['-metadata:s:v', `${key}=${said}`]),
	...['-metadata', `service_name=${said.slice(0, 200)}`, '-metadata', `service_provider=${said.slice(-200)}`],
];

const chaptersFile = (k: FixtureContext, said: string): string => {
	const path = k.aside('chapters.txt');
	const title = said.replaceAll(/[\n=;#\\]/g, '\\$&');
	writeFileSync(path, `;FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=${title}\n`);
	return path;
};

const encodings: Record<string, string[]> = {
	mkv: h264,
	webm: ['-c:v', 'libvpx', '-deadline', 'realtime', '-b:v', '1M', '-g', '12'],
	mp4: [...h264, '-movflags', '+use_metadata_tags'],
	mov: h264,
	avi: ['-c:v', 'mpeg4', '-q:v', '3', '-g', '12', '-bf', '2'],
	flv: h264,
	ts: h264,
};

const said = (name: string, about: string, words: string): Fixture[] =>
	Object.entries(encodings).map(([ending, encoding]) => ({
		name: `${name}.${ending}`,
		about: `${about}, in ${ending}`,
		shows: n(0, 60),
		make: k =>
			k.ffmpeg(
				...[
					...k.pictures(small),
					'-i',
					chaptersFile(k, words),
					'-map',
					'0',
					'-map_metadata',
					'0',
					'-map_chapters',
					'1',
				],
				...[...encoding, ...everywhere(words), k.out],
			),
	}));

/** Units of H.264 that hold a text for whoever reads it (payload type 5), one for each line. */
const messages = (): Buffer[] =>
	[log, ...lines].map(line => {
		const payload = Buffer.concat([Buffer.alloc(16, 0x5a), Buffer.from(`${line}\n`)]);
		const size = [...Array<number>(Math.floor(payload.length / 255)).fill(255), payload.length % 255];
		return Buffer.concat([Buffer.from([6, 5, ...size]), payload, Buffer.from([0x80])]);
	});

const withLength = (unit: Buffer): Buffer => {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(unit.length);
	return Buffer.concat([length, unit]);
};

/** An MP4 whose pictures have texts in front of them. */
const speaking = async (k: FixtureContext, to: string): Promise<void> => {
	await k.ffmpeg(...k.pictures(small), ...h264, k.aside('silent.mp4'));
	const bytes = readFileSync(k.aside('silent.mp4'));
	const boxes = parseBoxes(bytes);
	const texts = messages().map(withLength);
	const samples = samplesOf(bytes, boxes).map((sample, at) =>
		at % 5 === 1 ? { ...sample, data: Buffer.concat([...texts, sample.data]) } : sample,
	);
	replaceSamples(boxes, samples);
	writeFileSync(to, writeBoxes(boxes));
};

/** A PNG with texts of its own. */
const withText = (png: Buffer): Buffer => {
	const chunk = (type: string, content: Buffer) => {
		const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
		const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
		length.writeUInt32BE(content.length);
		sum.writeUInt32BE(crc32(body));
		return Buffer.concat([length, body, sum]);
	};
	const texts = ['Title', 'Comment', 'n:   0 pts:      0'].map(key =>
		chunk('tEXt', Buffer.from(`${key}\0${log}`, 'latin1')),
	);
	// Behind the header, which has 13 bytes.
	return Buffer.concat([png.subarray(0, 33), ...texts, png.subarray(33)]);
};

/** Texts of a file, its pictures and its streams that look like what the decoder says. */
export const untrustedText: FixtureGroup = {
	file: import.meta.filename,
	fixtures: [
		...said('log-for-a-title', 'title, comment, names and chapters are lines of a log', log),
		...said('harmless-title', 'a title with a word in brackets', harmless),
		{
			name: 'log-for-names.mkv',
			about: 'keys of tags, language, track name, codec name, chapters and attachments are lines of a log',
			shows: n(0, 60),
			make: async k => {
				await k.ffmpeg(...k.pictures(small), ...h264, k.aside('film.mp4'));
				const bytes = readFileSync(k.aside('film.mp4'));
				const boxes = parseBoxes(bytes);
				const film = {
					codec: 'V_MPEG4/ISO/AVC',
					privateData: inSampleEntry(sampleEntry(boxes), 'avcC'),
					...{ width: small.width, height: small.height },
					samples: inMilliseconds(samplesOf(bytes, boxes), 15_360),
					described: [text('22b59c', log), text('536e', log), text('258688', log)],
				};
				const tag = (key: string) => element('67c8', text('45a3', key), text('4487', log));
				const tags = element('1254c367', element('7373', element('63c0'), tag(log), ...lines.map(tag)));
				const atom = element(
					'b6',
					unsigned('73c4', 1),
					unsigned('91', 0),
					element('80', text('85', log), text('437c', log)),
				);
				const chapters = element('1043a770', element('45b9', atom));
				const file = [text('467e', log), text('466e', log), text('4660', `image/png${log}`), unsigned('46ae', 9)];
				const attachments = element('1941a469', element('61a7', ...file, element('465c', Buffer.alloc(40))));
				const parts = [info, tracks(film), tags, chapters, attachments, ...clusters(film.samples)];
				writeFileSync(k.out, Buffer.concat([header, element('18538067', ...parts)]));
			},
		},
		{
			name: 'log-in-pictures.mp4',
			about: 'H.264 whose pictures bring texts that are lines of a log',
			shows: n(0, 60),
			make: k => speaking(k, k.out),
		},
		...['mkv', 'ts', 'flv', 'avi', 'h264'].map(ending => ({
			name: `log-in-pictures.${ending}`,
			about: `the same in ${ending}`,
			shows: n(0, 60),
			...(ending === 'avi' ? { timesAreGuesses: true as const } : {}),
			make: async (k: FixtureContext) => {
				await speaking(k, k.aside('speaking.mp4'));
				await k.ffmpeg('-i', k.aside('speaking.mp4'), '-c', 'copy', k.out);
			},
		})),
		{
			name: 'log-in-png.mov',
			about: 'PNG pictures with text chunks that are lines of a log',
			shows: n(0, 12),
			make: async k => {
				await k.ffmpeg(
					...k.pictures({ ...small, frames: 12 }),
					'-c:v',
					'png',
					'-pix_fmt',
					'rgb24',
					k.aside('silent.mov'),
				);
				const bytes = readFileSync(k.aside('silent.mov'));
				const boxes = parseBoxes(bytes);
				const samples = samplesOf(bytes, boxes).map(sample => ({ ...sample, data: withText(sample.data) }));
				replaceSamples(boxes, samples);
				writeFileSync(k.out, writeBoxes(boxes));
			},
		},
	],
};
