import type { Readable } from 'node:stream';
import type { TimeBase } from '../index/video-index.ts';
import { parseLogLine } from './log-lines.ts';
import type { PixelFormat } from './picture.ts';

/** Characters of a line that are parsed. */
const longestLine = 2000;

/** Errors that undamaged streams cause, such as exceeding their declared limits. */
const harmless =
	/Found unknown-length element with ID 0x(1A45DFA3|18538067)|mmco: unref short failure|number of reference frames|illegal short term buffer|illegal reordering|Application provided invalid|Increasing reorder buffer|deprecated|sps_id|SPS unavailable in decode_picture_timing|Last message repeated|overread|Thread message queue blocking|File ended prematurely|Late SEI|is not implemented\. Update your|If you want to help, upload/i;

/** Errors of a decoder that starts at an open group: leading pictures miss their references and aren't output. */
const harmlessAtOpenGroup =
	/co located POCs unavailable|reference picture missing during reorder|Missing reference picture|Frame num gap|First slice in a frame missing|Could not find ref with POC|Error constructing the frame RPS|no frame/i;

/** Errors at the beginning of a stream that was joined late: none of these pictures is output. */
const harmlessAtStart =
	/non-existing [SP]PS|decode_slice_header error|no frame|missing picture in access unit|Not all references are available/i;

/** Harmless when a stream is decoded from its start. */
const harmlessFromStart = /first frame is no keyframe|max resync size reached/;

/** Harmless for a part of a file, which ends earlier than its container says. */
const harmlessInPart = /File ended prematurely/;

/** Messages about concealed pictures. */
const concealed = /concealing \d+ DC|corrupt decoded frame/;

/** Messages about a codec without an allowed decoder, in several versions. */
const withoutDecoder =
	/^Decoder \(codec (\S+)\) not found|no decoder found for: (\S+)|^No decoder .*codec[: ]+(\S+)|^Codec \((\S+)\) not on whitelist/;

/** Errors that follow from an earlier, more specific one. */
const consequence =
	/^Error (marking filters|while (filtering|decoding|processing|opening)|processing packet|submitting)|^Conversion failed|^Decode error rate|Nothing was written|Task finished with error|Terminating thread with return code|Cannot determine format|Error reinitializing|Could not open encoder|Failed to inject|error while seeking/;

/**
 * Messages at debug level: a transport stream has lost packets, and an H.264 decoder fills in missing reference
 * pictures. Only both mean damage: the first also happens in joined streams, the second in streams that skip pictures.
 */
const lostPackets = /Continuity check failed/;
const filledIn = /Frame num gap/;

/** Words of errors, to tell them from debug messages in stray output of another thread. */
const errorWords = /error|damaged|corrupt|invalid|missing|conceal|truncat|out of range|exceeds|unavailable/i;

/**
 * Output of another thread in the middle of a line of `showinfo`, which ffmpeg writes in several pieces; it has no level
 * there. The line itself has only numbers and these words.
 */
const strayIn = (line: string): string | undefined => {
	if (!line.includes('] [info]')) return undefined;
	if (/\[info\] config (in|out) time_base: \d+\/\d+, frame_rate: \d+\/\d+\r?$/.test(line)) return undefined;
	// Details of a picture, such as its colours: newer versions log more.
	if (/\[info\] *([a-z_]+:[\w-]+ *)+$/.test(line)) return undefined;
	const own = line.slice(line.indexOf('[info]') + '[info]'.length).replace(/^.*(plane_checksum:| type:\S)/, '');
	return /[A-Za-z]?[a-z]{2}.*/.exec(own.replaceAll(/[0-9A-F]{8}|mean:|stdev:/g, ''))?.[0];
};

/**
 * Number of key pictures that must be logged after an error until pictures count as undamaged again. The first may have
 * been decoded before the error.
 */
const keysUntilTrusted = 2;

/**
 * Pictures that must be logged after an error until they count as undamaged again, where the decoder runs ahead of the
 * filters. The queue between them holds 8 pictures, and each side may hold a few more.
 */
const picturesUntilTrusted = 16;

/**
 * A picture logged by `showinfo`. `pts`: NaN for none. `decoderError`: an error before it, so it may be damaged. `planes`:
 * its format, if it is a known format of planes and all pictures before it had the same size and format.
 */
export type ShownPicture = {
	pts: number;
	isKey: boolean;
	decoderError: string | undefined;
	planes: Exclude<PixelFormat, 'rgb24'> | undefined;
};

/** Formats of planes by their colour matrix. */
const planesByMatrix: Record<string, ShownPicture['planes']> = {
	unknown: 'yuv420p-bt601',
	bt470bg: 'yuv420p-bt601',
	smpte170m: 'yuv420p-bt601',
	bt709: 'yuv420p-bt709',
};

/**
 * Reads the log of an ffmpeg that was started with `decodeArguments`: pictures from the `showinfo` filter, errors by
 * their level, and a few facts about the stream. Pictures and errors are in one log, so they are in the order in which
 * they happened. The log is always read, so that ffmpeg never blocks on it.
 *
 * Text of the file can't be mistaken for a message: a line is about a picture only with the random name of the filter,
 * and errors count only after the random name of the second input, which ffmpeg prints after all text of the file.
 * Errors while the file is probed, such as those of audio decoders, are therefore ignored.
 * @param name of this run, as `decodeArguments` got it; the filter's is `showinfo@<name>`
 * @param openGroup whether the input begins with pictures that are shown before its first key
 * @param isWholeFile whether the input is the file from its first byte
 * @param logsFirst whether the first picture is logged even if it is not selected
 * @param decodesAhead whether errors may be about pictures that are output later
 */
export function readMessages(
	stderr: Readable,
	{
		name,
		openGroup = false,
		logsFirst = false,
		isWholeFile = false,
		decodesAhead = false,
	}: { name: string; openGroup?: boolean; logsFirst?: boolean; isWholeFile?: boolean; decodesAhead?: boolean },
) {
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
	/** The picture being read; ffmpeg logs its colours on a later line. */
	let pending: (ShownPicture & { format: string | undefined; isLimited: boolean }) | undefined;
	let whyNotOpened = '';
	let rest = '';
	const ofFilter = `[showinfo@${name} @ `;
	// Output of another thread may follow each of the two; the rest is then on a line of its own.
	const ofColours = new RegExp(
		`^\\[showinfo@${name} @ \\w+\\] \\[info\\] (?:color_range:(unknown|tv)?)?( color_space:(${Object.keys(planesByMatrix).join('|')})?)?`,
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
		// Earlier debug messages are of the probing, after which the stream is read again.
		isDetailed ||= said.level === 'debug';
		decoder ??= said.context === '' ? /^ {2}Stream #0:\d+ \((\S+)\) -> /.exec(said.text)?.[1] : undefined;
		noteMessage(said.context, said.text, /error|fatal|panic/.test(said.level) || concealed.test(said.text));
	};
	const readFilterLine = (line: string) => {
		const [, n, pts] = / n: *(\d+) pts: *(-?\d+|NOPTS)/.exec(line) ?? [];
		if (pts !== undefined) {
			finishPending();
			skipTo(Number(n));
			isFirstShown = true;
			const isKey = line.includes(' iskey:1');
			if (isKey) keysLeft = Math.max(0, keysLeft - 1);
			picturesLeft = Math.max(0, picturesLeft - 1);
			pending = {
				pts: pts === 'NOPTS' ? Number.NaN : Number(pts),
				isKey,
				decoderError: keysLeft > 0 || picturesLeft > 0 ? lastErrorText : undefined,
				planes: undefined,
				format: / fmt:(\w+) /.exec(line)?.[1],
				isLimited: false,
			};
		}
		const [, range, hasMatrix, matrix] = ofColours.exec(line) ?? [];
		if (pending && range) pending.isLimited = true;
		if (hasMatrix) finishPending(matrix);
		const stray = strayIn(line);
		if (stray !== undefined) noteMessage('', stray, !isDetailed || errorWords.test(stray));
		const base = /config in time_base: (\d+)\/(\d+)/.exec(line);
		if (!base) return;
		timeBase ??= { num: Number(base[1]), den: Number(base[2]) };
		beginnings++;
	};
	/** Adds placeholders for lost lines, so that each output picture is paired with its own line. */
	const skipTo = (n: number) => {
		for (; next < n; next++) give({ pts: Number.NaN, isKey: false, decoderError: undefined, planes: undefined });
		next = n + 1;
	};
	/** Completes the pending picture, with its colour matrix if one was logged that is known here. */
	const finishPending = (matrix?: string) => {
		if (!pending) return;
		const { format, isLimited, ...picture } = pending;
		pending = undefined;
		if (format === 'yuv420p' && isLimited && beginnings === 1) picture.planes = planesByMatrix[matrix ?? ''];
		give(picture);
	};
	/** @param isError whether it was logged as an error, or may have been */
	const noteMessage = (context: string, text: string, isError: boolean) => {
		hasLostPackets ||= lostPackets.test(text);
		if (hasLostPackets && filledIn.test(text)) {
			lastErrorText = 'reference pictures are missing, because the stream has lost packets';
			isConsequence = false;
			return noteError();
		}
		// Messages of parsers without a decoder are not about pictures.
		if (!isError || /\[(NULL|\w+ parser) @/.test(context) || (openGroup && concealed.test(text))) return;
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
		finishPending();
		ended = true;
		give(undefined);
	};
	stderr.once('end', end).once('close', end);

	return {
		/** The next logged picture; undefined after the last. */
		nextPicture: (): Promise<ShownPicture | undefined> => {
			const picture = shown.shift();
			if (picture || ended) return Promise.resolve(picture);
			return new Promise(resolve => {
				waiting = resolve;
			});
		},
		/** The last error; for an input that could not be opened, the reason. */
		lastError: () => (isPastFileText ? lastErrorText : whyNotOpened),
		damaged: () => damaged,
		/** Width x height of a picture above the limit of pixels, if there was one. */
		tooLarge: () => tooLarge,
		/** ffmpeg's name of a codec without an allowed decoder. */
		noDecoder: () => noDecoder,
		timeBase: () => timeBase,
		/** How often ffmpeg restarted its filters, as it does when pictures change their size or format. */
		restarts: () => Math.max(0, beginnings - 1),
		/** ffmpeg's name of the decoder. */
		decoder: () => decoder,
	};
}

/** Removes memory addresses and the loopback URL, which mean nothing to a reader. */
const readable = (context: string, text: string): string =>
	`${context.replace(/ @ (0x)?[0-9a-fA-F]+/g, '')}${text}`
		.replace(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+/g, 'the file')
		.replace(/ 0x[0-9a-f]{6,}/g, '')
		.trim();
