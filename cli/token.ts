import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parse } from 'dotenv';
import { FramefanError } from '#shared/errors.ts';
import { keepSecret } from './secrets.ts';

/** The same places as in the SDK: the environment, then `~/supervisely.env`. */
const names = ['SUPERVISELY_API_TOKEN', 'API_TOKEN'];

/** Finds the API token, or prompts for it on a terminal without echo. Never taken from the command line. */
export async function findToken(server: string): Promise<string> {
	const found = firstOf(process.env) ?? firstOf(readSettings());
	if (found) return keepSecret(found);
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
	return keepSecret(token);
}

const firstOf = (variables: Record<string, string | undefined>): string | undefined =>
	names.map(name => variables[name]).find(value => value);

const readSettings = (): Record<string, string> => {
	try {
		return parse(readFileSync(join(homedir(), 'supervisely.env')));
	} catch {
		return {};
	}
};
