import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parse } from 'dotenv';
import { FramefanError } from '#shared/errors.ts';
import { keepSecret } from './secrets.ts';

/** Names of the token, first in the environment, then in `~/supervisely.env`: the same places as in the SDK. */
const names = ['SUPERVISELY_API_TOKEN', 'API_TOKEN'];

/** A token, and the name of the variable or setting that has it. */
export type StoredToken = { token: string; place: string };

/** The API token of the environment or of `~/supervisely.env`; undefined where there is none. Not checked. */
export function storedToken(): StoredToken | undefined {
	const found = firstOf(process.env, '') ?? firstOf(readSettings(), ' in ~/supervisely.env');
	if (found) keepSecret(found.token);
	return found;
}

/** What is wrong with the form of a token, without showing it; undefined when it can be sent in a header. */
export function malformed(token: string): string | undefined {
	const text = token.trim();
	if (text === '') return 'it is empty';
	if (/[\r\n]/.test(text)) return 'it has a line break in it';
	if (/\s/.test(text)) return 'it has a space in it';
	return /^[\x21-\x7e]+$/.test(text) ? undefined : 'it has a character in it that is not ASCII';
}

/**
 * Finds the API token, or prompts for it on a terminal without echo. Never taken from the command line.
 * @throws FramefanError when there is none, or one that can't be sent
 */
export async function findToken(server: string): Promise<string> {
	const found = storedToken();
	if (found) {
		const problem = malformed(found.token);
		if (problem) throw new FramefanError(`The API token ${found.place} is invalid: ${problem}. Copy it again`);
		return found.token;
	}
	if (!process.stdin.isTTY) {
		throw new FramefanError(
			`There is no API token: set ${names.join(' or ')}, or write it into ~/supervisely.env as API_TOKEN=…`,
		);
	}
	process.stderr.write(`API token for ${server}: `);
	const silent = new Writable({ write: (_, __, done) => done() });
	const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
	const token = (await prompt.question('')).trim();
	prompt.close();
	process.stderr.write('\n');
	if (!token) throw new FramefanError('No API token was given');
	const problem = malformed(token);
	if (problem) throw new FramefanError(`The API token that was given is invalid: ${problem}. Copy it again`);
	return keepSecret(token);
}

const firstOf = (variables: Record<string, string | undefined>, where: string): StoredToken | undefined =>
	names.map(name => ({ token: variables[name] ?? '', place: `${name}${where}` })).find(({ token }) => token !== '');

const readSettings = (): Record<string, string> => {
	try {
		return parse(readFileSync(join(homedir(), 'supervisely.env')));
	} catch {
		return {};
	}
};
