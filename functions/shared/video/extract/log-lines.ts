/**
 * A line of ffmpeg's log with `-loglevel repeat+level+…`: who says it (`[h264 @ 0x55d0c8]`, several in newer versions),
 * at which level, and what. Undefined for the continuation of another line, which is what text of a file is.
 */
export function parseLogLine(line: string): { context: string; level: string; text: string } | undefined {
	const found = /^((?:\[[^[\]]+ @ (?:0x)?[0-9a-fA-F]+\] )*)\[(\w+)\] (.*)$/.exec(line);
	if (!found) return undefined;
	const [, context = '', level = '', text = ''] = found;
	return { context, level, text };
}
