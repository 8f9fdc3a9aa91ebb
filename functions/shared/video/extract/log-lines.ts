/**
 * A line of ffmpeg's log with `-loglevel repeat+level+…`: its context (`[h264 @ 0x55d0c8]`, several in newer versions),
 * level and text. Undefined for the continuation of another line, such as text of the file.
 */
export function parseLogLine(line: string): { context: string; level: string; text: string } | undefined {
	const found = /^((?:\[[^[\]]+ @ (?:0x)?[0-9a-fA-F]+\] )*)\[(\w+)\] (.*)$/.exec(line);
	if (!found) return undefined;
	const [, context = '', level = '', text = ''] = found;
	return { context, level, text };
}
