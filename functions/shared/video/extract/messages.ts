import type { Readable } from 'node:stream';
import type { TimeBase } from '../index/video-index.ts';
import { parseLogLine } from './log-lines.ts';
import type { PixelFormat } from './picture.ts';

/** Characters of a line that are looked at. */
const longestLine = 2000;

/** Complaints that sound streams come with: they exceed limits that they announce, or forget what is forgotten already. */
const harmless =
	/Found unknown-length element with ID 0x(1A45DFA3|18538067)|mmco: unref short failure|number of reference frames|illegal short term buffer|illegal reordering|Application provided invalid|Increasing reorder buffer|deprecated|sps_id|SPS unavailable in decode_picture_timing|Last message repeated|overread|Thread message queue blocking|File ended prematurely|Late SEI|is not implemented\. Update your|If you want to help, upload/i;

/** Complaints of a decoder that starts at an open group: the pictures before its key miss references, and aren't shown. */
const harmlessAtOpenGroup =
	/co located POCs unavailable|reference picture missing during reorder|Missing reference picture|Frame num gap|First slice in a frame missing|Could not find ref with POC|Error constructing the frame RPS|no frame/i;

/** Complaints about what a stream that was joined late begins with: none of it is shown. */
const harmlessAtStart =
	/non-existing [SP]PS|decode_slice_header error|no frame|missing picture in access unit|Not all references are available/i;

/** Of a stream that is decoded from its start: that is what there is of it. */
const harmlessFromStart = /first frame is no keyframe|max resync size reached/;

/** Of a part of a file: it ends where the last picture does, though its container promised more. */
const harmlessInPart = /File ended prematurely/;

/** What the decoder says of pictures that it has made up. */
const madeUp = /concealing \d+ DC|corrupt decoded frame/;

/** What is said of a codec without a decoder, or with one that may not run, in several versions. */
const withoutDecoder =
	/^Decoder \(codec (\S+)\) not found|no decoder found for: (\S+)|^No decoder .*codec[: ]+(\S+)|^Codec \((\S+)\) not on whitelist/;

/** What follows from another complaint, and says less. */
const consequence =
	/^Error (marking filters|while (filtering|decoding|processing|opening)|processing packet|submitting)|^Conversion failed|^Decode error rate|Nothing was written|Task finished with error|Terminating thread with return code|Cannot determine format|Error reinitializing|Could not open encoder|Failed to inject|error while seeking/;

/**
 * A transport stream that lost packets, and a decoder of H.264 that fills the place of pictures that others need. Each is
 * told as a detail only: the first happens in joined streams, too, the second in streams that leave pictures out.
 */
const lostPackets = /Continuity check failed/;
const filledIn = /Frame num gap/;

/** Words of complaints, to tell them from the details among which they stand in what another thread said. */
const errorWords = /error|damaged|corrupt|invalid|missing|conceal|truncat|out of range|exceeds|unavailable/i;

/**
 * What another thread said in the middle of a line of `showinfo`, which ffmpeg writes in several pieces: it stands there
 * without its level. Pieces of the line itself have but numbers and these words.
 */
const strayIn = (line: string): string | undefined => {
	if (!line.includes('] [info]')) return undefined;
	if (/\[info\] config (in|out) time_base: \d+\/\d+, frame_rate: \d+\/\d+\r?$/.test(line)) return undefined;
	// Details of a picture, such as its colours: newer versions tell more of them.
	if (/\[info\] *([a-z_]+:[\w-]+ *)+$/.test(line)) return undefined;
	const own = line.slice(line.indexOf('[info]') + '[info]'.length).replace(/^.*(plane_checksum:| type:\S)/, '');
	return /[A-Za-z]?[a-z]{2}.*/.exec(own.replaceAll(/[0-9A-F]{8}|mean:|stdev:/g, ''))?.[0];
};

/**
 * Keys that are shown after a complaint until pictures are trusted again. The first may have been waiting to be shown
 * while the complaint was about a picture that needs it.
 */
const keysUntilTrusted = 2;

/**
 * Pictures that are told of after a complaint until they are trusted again, where the decoder runs ahead of the filters.
 * The queue between the two holds 8 pictures, and each of the two may be working on a few more.
 */
const picturesUntilTrusted = 16;

/**
 * A picture that `showinfo` has told of. `pts`: NaN where it has none. `doubt`: a complaint before it, so it may not be
 * what was recorded. `planes`: its format where that is one of planes that is known here, and all pictures before it had
 * the same size and format.
 */
export type ShownPicture = {
	pts: number;
	isKey: boolean;
	decoderError: string | undefined;
	planes: Exclude<PixelFormat, 'rgb24'> | undefined;
};

/** What pictures of planes may say of their colours: nothing, limited range, and the matrix. */
const planesByMatrix: Record<string, ShownPicture['planes']> = {
	unknown: 'yuv420p-bt601',
	bt470bg: 'yuv420p-bt601',
	smpte170m: 'yuv420p-bt601',
	bt709: 'yuv420p-bt709',
};

/**
 * Reads the log of an ffmpeg that was started with `decodeArguments`, as it comes: pictures from the `showinfo` filter,
 * complaints by their level, and a few facts about the stream. Pictures and complaints stand in one log, so their order
 * is that in which things happened. The log is read whatever is asked for, so ffmpeg never waits for its reader.
 *
 * Nothing that a file says of itself can be taken for a message: a line tells of a picture only behind the filter's
 * name, which is random; and complaints are heard only behind the name of the second input, which is random, too, and is
 * printed after all text of the file. So what is said while a file is first looked at, such as by the decoders of its
 * sound, is no complaint.
 * @param name of this run, as `decodeArguments` got it; the filter's is `showinfo@<name>`
 * @param openGroup whether the input begins with pictures that are shown before its first key
 * @param isWholeFile whether the input is the file from its first byte
 * @param tellsFirst whether the first picture is told of even if it is not selected
 * @param decodesAhead whether the decoder may have complained of pictures that come later
 */
export const readMessages = (
	stderr: Readable,
	{
		name,
		openGroup = false,
		logsFirst = false,
		isWholeFile = false,
		decodesAhead = false,
	}: { name: string; openGroup?: boolean; logsFirst?: boolean; isWholeFile?: boolean; decodesAhead?: boolean },
) => {
	const shown: ShownPicture[] = [];
	let waiting: ((picture: ShownPicture | undefined) => void) | undefined;
	let ended = false;
	let damaged = false;
	let isFirstShown = false;
	let isPastFileText = false;
	let hasLostPackets = false;
	let isDetailed = false;
	let keysLeft = 0;
	let picturesLeft = 0;
	let lastErrorText = '';
	let isConsequence = true;
	let tooLarge: string | undefined;
	let noDecoder: string | undefined;
	let timeBase: TimeBase | undefined;
	let decoder: string | undefined;
	let beginnings = 0;
	/** The filter's own number of the next picture. */
	let next = 0;
	/** Told of, but for its colours, which stand in a line of their own. */
	let halfTold: (ShownPicture & { format: string | undefined }) | undefined;
	let whyNotOpened = '';
	let rest = '';
	const ofFilter = `[showinfo@${name} @ `;
	const ofColours = new RegExp(
		`^\\[showinfo@${name} @ \\w+\\] \\[info\\] color_range:(\\w+) color_space:(\\w+) color_primaries:`,
	);
	const pastFileText = new RegExp(`^(\\[[^\\]]* @ \\w+\\] )?\\[info\\] Input #1, lavfi, from 'nullsrc@${name}=`);

	const readLine = (line: string) => {
		if (line.startsWith(ofFilter)) return readFilterLine(line);
		if (!isPastFileText) {
			isPastFileText = pastFileText.test(line);
			const said = parseLogLine(line);
			if (said && /error|fatal|panic/.test(said.level)) whyNotOpened = readable(said.context, said.text);
			return;
		}
		const said = parseLogLine(line);
		if (!said) return;
		// What comes before is of a first look at the stream, which begins anew then.
		isDetailed ||= said.level === 'debug';
		decoder ??= said.context === '' ? /^ {2}Stream #0:\d+ \((\S+)\) -> /.exec(said.text)?.[1] : undefined;
		hear(said.context, said.text, /error|fatal|panic/.test(said.level) || madeUp.test(said.text));
	};
	const readFilterLine = (line: string) => {
		const [, n, pts] = / n: *(\d+) pts: *(-?\d+|NOPTS)/.exec(line) ?? [];
		if (pts !== undefined) {
			finishTelling();
			skipTo(Number(n));
			isFirstShown = true;
			const isKey = line.includes(' iskey:1');
			if (isKey) keysLeft = Math.max(0, keysLeft - 1);
			picturesLeft = Math.max(0, picturesLeft - 1);
			halfTold = {
				pts: pts === 'NOPTS' ? Number.NaN : Number(pts),
				isKey,
				decoderError: keysLeft > 0 || picturesLeft > 0 ? lastErrorText : undefined,
				planes: undefined,
				format: / fmt:(\w+) /.exec(line)?.[1],
			};
		}
		const colours = ofColours.exec(line);
		if (colours) finishTelling(colours[1], colours[2]);
		const stray = strayIn(line);
		if (stray !== undefined) hear('', stray, !isDetailed || errorWords.test(stray));
		const base = /config in time_base: (\d+)\/(\d+)/.exec(line);
		if (!base) return;
		timeBase ??= { num: Number(base[1]), den: Number(base[2]) };
		beginnings++;
	};
	/** Stands for pictures whose lines are lost, so that each picture that leaves goes with its own line. */
	const skipTo = (n: number) => {
		for (; next < n; next++) give({ pts: Number.NaN, isKey: false, decoderError: undefined, planes: undefined });
		next = n + 1;
	};
	/** Gives the picture that is told of, now that its colours are known, or can't be. */
	const finishTelling = (range?: string, matrix?: string) => {
		if (!halfTold) return;
		const { format, ...picture } = halfTold;
		halfTold = undefined;
		const isLimited = range === 'unknown' || range === 'tv';
		if (format === 'yuv420p' && isLimited && beginnings === 1) picture.planes = planesByMatrix[matrix ?? ''];
		give(picture);
	};
	/** @param isLoud whether it was said as an error, or may have been */
	const hear = (context: string, text: string, isLoud: boolean) => {
		hasLostPackets ||= lostPackets.test(text);
		if (hasLostPackets && filledIn.test(text)) {
			lastErrorText = 'reference pictures are missing, because the stream has lost packets';
			isConsequence = false;
			return noteError();
		}
		// A parser that no decoder stands behind says nothing about a picture.
		if (!isLoud || /\[(NULL|\w+ parser) @/.test(context) || (openGroup && madeUp.test(text))) return;
		tooLarge ??= /^Picture size (\d+x\d+) exceeds specified max pixel count/.exec(text)?.[1];
		noDecoder ??= withoutDecoder.exec(text)?.slice(1).find(Boolean);
		if (!consequence.test(text) || isConsequence) {
			isConsequence = consequence.test(text);
			lastErrorText = readable(context, text);
		}
		const isBeforeFirst = logsFirst && !isFirstShown;
		const isHarmless =
			harmless.test(text) ||
			(isWholeFile ? harmlessFromStart : harmlessInPart).test(text) ||
			(isBeforeFirst && (harmlessAtStart.test(text) || consequence.test(text))) ||
			((openGroup || isBeforeFirst) && harmlessAtOpenGroup.test(text));
		if (!isHarmless) noteError();
	};
	const noteError = () => {
		damaged = true;
		keysLeft = keysUntilTrusted;
		if (decodesAhead) picturesLeft = picturesUntilTrusted;
	};
	const give = (picture: ShownPicture | undefined) => {
		if (!waiting) return void (picture && shown.push(picture));
		const resolve = waiting;
		waiting = undefined;
		resolve(picture);
	};
	stderr.on('data', (piece: Buffer) => {
		const lines = (rest + piece.toString('latin1')).split('\n');
		rest = (lines.pop() ?? '').slice(0, longestLine);
		for (const line of lines) readLine(line.slice(0, longestLine));
	});
	const end = () => {
		if (ended) return;
		finishTelling();
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
		/** The last complaint; of an input that could not be opened, why. */
		lastError: () => (isPastFileText ? lastErrorText : whyNotOpened),
		damaged: () => damaged,
		/** Width x height of a picture that is above the limit of pixels, where one was met. */
		tooLarge: () => tooLarge,
		/** The codec that has no decoder here, or none that may run, by ffmpeg's name. */
		noDecoder: () => noDecoder,
		timeBase: () => timeBase,
		/** How often the filters were begun anew, as they are when pictures change their size or format. */
		restarts: () => Math.max(0, beginnings - 1),
		/** ffmpeg's name of the decoder. */
		decoder: () => decoder,
	};
};

/** Without addresses of memory and of the loopback server: they mean nothing to a reader. */
const readable = (context: string, text: string): string =>
	`${context.replace(/ @ (0x)?[0-9a-fA-F]+/g, '')}${text}`
		.replace(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+/g, 'the file')
		.replace(/ 0x[0-9a-f]{6,}/g, '')
		.trim();
