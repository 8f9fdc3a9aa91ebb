import type { Readable } from 'node:stream';
import type { TimeBase } from '../index/video-index.ts';

/** Characters of a line that are looked at. */
const longestLine = 2000;

/** Complaints that sound streams come with: they exceed limits that they announce, or forget what is forgotten already. */
const harmless =
	/mmco: unref short failure|number of reference frames|illegal short term buffer|illegal reordering|Application provided invalid|Increasing reorder buffer|deprecated|sps_id|SPS unavailable in decode_picture_timing|Last message repeated|overread/i;

/** Complaints of a decoder that starts at an open group: the pictures before its key miss references, and aren't shown. */
const harmlessAtOpenGroup =
	/co located POCs unavailable|reference picture missing during reorder|Missing reference picture|Frame num gap|First slice in a frame missing|Could not find ref with POC|Error constructing the frame RPS|no frame/i;

/** Complaints about what a stream that was joined late begins with: none of it is shown. */
const harmlessAtStart = /non-existing [SP]PS|decode_slice_header error|no frame|missing picture in access unit/i;

/** What a decoder says of pictures that it has made up. */
const madeUp = /concealing \d+ DC|corrupt decoded frame/;

/**
 * A transport stream that lost packets, and a decoder of H.264 that fills the place of pictures that others need. Each is
 * told as a detail only: the first happens in joined streams, too, the second in streams that leave pictures out.
 */
const lostPackets = /Continuity check failed/;
const filledIn = /Frame num gap/;

/** Words of complaints, to tell them from the details among which they stand with `level+debug`. */
const complaintWords = /error|damaged|corrupt|invalid|missing|conceal|truncat|out of range|exceeds|unavailable/i;

/**
 * What another thread said in the middle of a line of `showinfo`, which ffmpeg writes in several pieces: it stands there
 * without its level. Pieces of the line itself have but numbers and these words.
 */
const strayIn = (line: string): string | undefined => {
	if (!line.includes('] [info]') || /config (in|out)|side data|color_/.test(line)) return undefined;
	const isWhole = / n: *\d+ pts:/.test(line);
	if (isWhole && !line.includes('plane_checksum:')) return undefined;
	const own = line.slice(line.indexOf('[info]') + '[info]'.length).replace(/^.*plane_checksum:/, '');
	return /[A-Za-z]?[a-z]{2}.*/.exec(own.replaceAll(/[0-9A-F]{8}|mean:|stdev:/g, ''))?.[0];
};

/**
 * Keys that are shown after a complaint until pictures are trusted again. The first may have been waiting to be shown
 * while the complaint was about a picture that needs it.
 */
const keysUntilTrusted = 2;

/** A picture that `showinfo` has told of. `doubt`: a complaint before it, so it may not be what was recorded. */
export type ShownPicture = { pts: number; doubt: string | undefined };

/**
 * Reads ffmpeg's messages (`-loglevel level+info`, of transport streams `level+debug`) as they come: times of pictures
 * from the `showinfo` filter, complaints by their level, and a few facts about the stream. Times and complaints stand in
 * one stream, so their order is that in which things happened. The stream is read whatever is asked for, so ffmpeg never
 * waits for its reader.
 * @param openGroup whether the input begins with pictures that are shown before its first key
 * @param tellsFirst whether the first picture is told of even if it is not selected
 */
export const readMessages = (stderr: Readable, openGroup: boolean, tellsFirst: boolean) => {
	const shown: ShownPicture[] = [];
	let waiting: ((picture: ShownPicture | undefined) => void) | undefined;
	let ended = false;
	let troubled = false;
	let isFirstShown = false;
	let isProbed = false;
	let hasLostPackets = false;
	let isDetailed = false;
	let keysLeft = 0;
	let complaint = '';
	let timeBase: TimeBase | undefined;
	let codec: string | undefined;
	let rest = '';

	const readLine = (line: string) => {
		if (line.includes('Parsed_showinfo')) {
			const pts = / n: *\d+ pts: *(-?\d+|NOPTS)/.exec(line)?.[1];
			if (pts !== undefined) {
				isFirstShown = true;
				if (line.includes(' iskey:1')) keysLeft = Math.max(0, keysLeft - 1);
				give({
					pts: pts === 'NOPTS' ? Number.NaN : Number(pts),
					doubt: keysLeft > 0 ? complaint : undefined,
				});
			}
			const stray = strayIn(line);
			if (stray !== undefined) hear(stray, !isDetailed || complaintWords.test(stray));
			const base = /config in time_base: (\d+)\/(\d+)/.exec(line);
			if (base) timeBase ??= { num: Number(base[1]), den: Number(base[2]) };
			return;
		}
		// What comes before is of a first look at the stream, which begins anew then.
		isDetailed ||= line.includes('[debug] ');
		isProbed ||= line.includes('Stream mapping:');
		codec ??= / Stream #0:\d+.*: Video: (\w+)/.exec(line)?.[1];
		hear(line, /\[(error|fatal|panic)\] /.test(line) || madeUp.test(line));
	};
	/** @param isLoud whether it was said as an error, or may have been */
	const hear = (line: string, isLoud: boolean) => {
		hasLostPackets ||= isProbed && lostPackets.test(line);
		if (hasLostPackets && filledIn.test(line)) {
			complaint = 'pictures that others need are missing, since the stream has lost packets';
			return complain();
		}
		if (!isLoud || (openGroup && madeUp.test(line))) return;
		// Without addresses of memory and of the loopback door: they mean nothing to a reader.
		const text = line.replace(/ @ 0x[0-9a-f]+/g, '').replace(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+/g, 'the file');
		complaint = text.replace(/\[(error|fatal|panic|warning|info)\] /, '').trim();
		const isBeforeFirst = tellsFirst && !isFirstShown;
		const isHarmless =
			harmless.test(line) ||
			(isBeforeFirst && harmlessAtStart.test(line)) ||
			((openGroup || isBeforeFirst) && harmlessAtOpenGroup.test(line));
		if (!isHarmless) complain();
	};
	const complain = () => {
		troubled = true;
		keysLeft = keysUntilTrusted;
	};
	const give = (picture: ShownPicture | undefined) => {
		if (!waiting) return void (picture && shown.push(picture));
		const resolve = waiting;
		waiting = undefined;
		resolve(picture);
	};
	stderr.on('data', (piece: Buffer) => {
		const lines = (rest + piece.toString('utf8')).split('\n');
		rest = (lines.pop() ?? '').slice(-longestLine);
		for (const line of lines) readLine(line.slice(0, longestLine));
	});
	const end = () => {
		ended = true;
		give(undefined);
	};
	stderr.once('end', end).once('close', end);

	return {
		/** The next picture that was told of; undefined after the last. */
		nextPicture: (): Promise<ShownPicture | undefined> => {
			const picture = shown.shift();
			if (picture || ended) return Promise.resolve(picture);
			return new Promise(resolve => {
				waiting = resolve;
			});
		},
		lastComplaint: () => complaint,
		troubled: () => troubled,
		timeBase: () => timeBase,
		codec: () => codec,
	};
};
