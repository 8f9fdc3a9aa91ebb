import { messageOf } from './errors.ts';

type Fields = Record<string, unknown>;

/** Writes one JSON line per event. Never pass tokens, request bodies or URLs with a query. */
const write = (level: 'INFO' | 'WARN' | 'ERROR', message: string, { error, ...fields }: Fields): void => {
	const described = error === undefined ? {} : { error: messageOf(error), stack: (error as Error)?.stack };
	process.stdout.write(
		`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields, ...described })}\n`,
	);
};

export const log = {
	info: (message: string, fields: Fields = {}) => write('INFO', message, fields),
	warn: (message: string, fields: Fields = {}) => write('WARN', message, fields),
	error: (message: string, fields: Fields = {}) => write('ERROR', message, fields),
};
