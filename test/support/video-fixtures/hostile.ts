import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { FaultyGroup, FaultyVideo } from './damage.ts';
import { boxAt, editMp4, tableBox, words } from './mp4-boxes.ts';

/** Bytes that look random and are the same in every run. */
const noise = (length: number): Buffer => {
	const pieces = Array.from({ length: Math.ceil(length / 32) }, (_, n) => createHash('sha256').update(`${n}`).digest());
	return Buffer.concat(pieces).subarray(0, length);
};

const anyReason = ['corrupt', 'unsupported', 'undecodable', 'unreadable', 'missing'];
const bytes = (name: string, about: string, content: Buffer | string, reasons = anyReason): FaultyVideo => ({
	name,
	about,
	reasons,
	make: async k => writeFileSync(k.out, content),
});
const box = (type: string, body: Buffer, size = body.length + 8): Buffer => {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(size);
	head.write(type, 4, 'latin1');
	return Buffer.concat([head, body]);
};
const ftyp = box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2avc1mp41', 'latin1'));

/** Boxes inside boxes, thousands deep. */
const deep = (levels: number): Buffer => {
	const head = Buffer.alloc(levels * 8);
	for (let level = 0; level < levels; level++) {
		head.writeUInt32BE((levels - level) * 8, level * 8);
		head.write(level === 0 ? 'moov' : 'trak', level * 8 + 4, 'latin1');
	}
	return head;
};

const ebml = Buffer.from('1a45dfa3934282886d6174726f736b6142878104428581024282', 'hex');

/** Files that are no video, or that want to do harm. They point to `http://host`, which a test replaces, and to `canary.mp4`. */
export const hostile: FaultyGroup = {
	file: import.meta.filename,
	fixtures: [
		bytes('empty.mp4', 'no bytes', '', ['corrupt']),
		bytes('one-byte.mp4', 'one byte', 'x'),
		bytes('noise.mp4', 'random bytes', noise(200_000)),
		bytes('noise-behind-ftyp.mp4', 'random bytes behind a file type', Buffer.concat([ftyp, noise(200_000)])),
		bytes('noise-behind-ebml.mkv', 'random bytes behind a Matroska header', Buffer.concat([ebml, noise(200_000)])),
		bytes(
			'noise-with-sync-bytes.ts',
			'random bytes in packets of a transport stream',
			(() => {
				const packets = noise(188 * 500);
				for (let at = 0; at < packets.length; at += 188) packets[at] = 0x47;
				return packets;
			})(),
		),
		bytes('words.mp4', 'a text', 'This is no video.\n'.repeat(100)),
		bytes('picture.mp4', 'a PNG picture without pixels', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
		bytes('deep-boxes.mp4', 'twenty thousand boxes in each other', Buffer.concat([ftyp, deep(20_000)])),
		bytes(
			'endless-boxes.mp4',
			'boxes that claim a length of 1',
			Buffer.concat([ftyp, box('moov', Buffer.alloc(64), 1)]),
		),
		bytes(
			'box-of-0.mp4',
			'a box inside moov with length 0',
			Buffer.concat([
				ftyp,
				box('moov', Buffer.concat([box('mvhd', Buffer.alloc(100)), box('trak', Buffer.alloc(8), 0)])),
			]),
		),
		bytes(
			'small-boxes.mp4',
			'a million empty boxes',
			Buffer.concat([ftyp, Buffer.alloc(8_000_000, box('free', Buffer.alloc(0)))]),
		),
		bytes(
			'endless-element.mkv',
			'elements of length 0 for ever',
			Buffer.concat([
				ebml.subarray(0, 5),
				Buffer.alloc(19),
				Buffer.from('1853806701ffffffffffffff', 'hex'),
				Buffer.alloc(2_000_000),
			]),
		),
		bytes(
			'huge-element.mkv',
			'an element that claims exabytes',
			Buffer.concat([
				Buffer.from('1a45dfa380', 'hex'),
				Buffer.from('18538067', 'hex'),
				Buffer.from('0100ffffffffffff', 'hex'),
				Buffer.from('1654ae6b', 'hex'),
				Buffer.from('0100fffffffffff0', 'hex'),
				Buffer.alloc(1000),
			]),
		),
		{
			name: 'four-billion-pictures.mp4',
			about: 'a table that claims 4 billion pictures of one byte',
			reasons: anyReason,
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					tableBox(boxes, 'stsz').body = words(0, 1, -1);
					tableBox(boxes, 'stts').body = words(0, 1, -1, 1);
				}),
		},
		{
			name: 'four-billion-in-a-chunk.mp4',
			about: 'tables with runs of 4 billion and of none',
			reasons: anyReason,
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					tableBox(boxes, 'stsc').body = words(0, 2, 1, 0, 1, 2, -1, 1);
					tableBox(boxes, 'ctts').body = words(0, -1, -1, 512);
				}),
		},
		{
			name: 'no-pictures.mp4',
			about: 'a video track with empty tables',
			reasons: anyReason,
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					for (const type of ['stsz', 'stts', 'stsc', 'stco', 'ctts', 'stss']) {
						tableBox(boxes, type).body = type === 'stsz' ? words(0, 0, 0) : words(0, 0);
					}
				}),
		},
		{
			name: 'unknown-codec.mp4',
			about: 'a codec that nobody knows',
			reasons: ['unsupported', 'undecodable', 'missing', 'corrupt'],
			make: async k =>
				editMp4(await k.fixture('b-pyramid.mp4'), k.out, boxes => {
					tableBox(boxes, 'stsd').body.write('zzz9', 12, 'latin1');
				}),
		},
		{
			name: 'elsewhere.mov',
			about: 'a QuickTime movie whose pictures lie in another file',
			reasons: anyReason,
			make: async k =>
				editMp4(await k.fixture('mjpeg.mov'), k.out, boxes => {
					const dinf = boxAt(boxes, 'moov', 'trak', 'mdia', 'minf', 'dinf');
					const url = box('url ', Buffer.from('\0\0\0\0canary.mp4\0', 'latin1'));
					dinf.body = box('dref', Buffer.concat([words(0, 1), url]));
					boxAt(boxes, 'mdat').body = Buffer.alloc(16);
				}),
		},
		{
			name: 'sound.m4a',
			about: 'sound and no video',
			reasons: ['unsupported', 'undecodable', 'corrupt', 'missing'],
			make: k => k.ffmpeg('-f', 'lavfi', '-i', 'sine=duration=2', '-c:a', 'aac', k.out),
		},
		{
			name: 'sound.mka',
			about: 'sound and no video, Matroska',
			reasons: ['unsupported', 'undecodable', 'corrupt', 'missing'],
			make: k => k.ffmpeg('-f', 'lavfi', '-i', 'sine=duration=2', '-c:a', 'aac', '-f', 'matroska', k.out),
		},
		{
			name: 'sound.wav',
			about: 'sound and no video, RIFF',
			reasons: ['unsupported', 'undecodable', 'corrupt', 'missing'],
			make: k => k.ffmpeg('-f', 'lavfi', '-i', 'sine=duration=2', k.out),
		},
		{
			name: 'sound-with-cover.m4a',
			about: 'sound with a cover picture: no video',
			reasons: ['unsupported', 'undecodable', 'corrupt', 'missing'],
			make: async k => {
				await k.ffmpeg('-f', 'lavfi', '-i', 'color=red:s=96x96', '-frames:v', '1', k.aside('cover.png'));
				await k.ffmpeg(
					...['-f', 'lavfi', '-i', 'sine=duration=2', '-i', k.aside('cover.png'), '-map', '0', '-map', '1'],
					...['-c:a', 'aac', '-c:v', 'copy', '-disposition:v:0', 'attached_pic', '-f', 'mp4', k.out],
				);
			},
		},
		{
			name: 'encrypted.mp4',
			about: 'common encryption',
			reasons: ['unsupported', 'undecodable', 'corrupt'],
			make: async k =>
				k.ffmpeg(
					...['-i', await k.fixture('b-pyramid.mp4'), '-c', 'copy', '-encryption_scheme', 'cenc-aes-ctr'],
					...[
						'-encryption_key',
						'76a6c65c5ea762046bd749a2e632ccbb',
						'-encryption_kid',
						'a7e61c373e219033c21091fa607bf3b8',
					],
					k.out,
				),
		},
		bytes(
			'playlist.mp4',
			'an HLS playlist',
			'#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://host/a.ts\n#EXTINF:10,\ncanary.mp4\n#EXT-X-ENDLIST\n',
		),
		bytes(
			'script.mp4',
			'a script of the concat demuxer',
			'ffconcat version 1.0\nfile http://host/b.mp4\nfile canary.mp4\n',
		),
		bytes('script-without-head.mp4', 'the same without its first line', 'file http://host/c.mp4\nfile canary.mp4\n'),
		bytes(
			'manifest.mp4',
			'a DASH manifest',
			'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>http://host/d.mp4</BaseURL><SegmentBase/></Representation></AdaptationSet></Period></MPD>\n',
		),
		bytes(
			'session.mp4',
			'a session description',
			'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
		),
		{
			name: 'playlist-in-a-box.mp4',
			about: 'an HLS playlist inside free space of an MP4 without moov',
			reasons: anyReason,
			make: async k => {
				const list = '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://host/e.ts\n#EXT-X-ENDLIST\n';
				writeFileSync(k.out, Buffer.concat([ftyp, box('free', Buffer.from(list)), box('mdat', Buffer.from(list))]));
			},
		},
	],
};
