import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { FramefanError, messageOf } from '../functions/shared/errors.ts';

/**
 * Reads certificates of certificate authorities from a PEM file.
 * @param key the context key that names the file, for messages
 * @returns the text of the certificates alone
 * @throws FramefanError where the file can't be read, has no certificate or a broken one
 */
export function readCertificates(path: string, key: string): string {
	const refuse = (why: string): never => {
		throw new FramefanError(
			`The context value ${key} is ${JSON.stringify(path)}: ${why}: give the path of a PEM file with the certificates of your authority`,
		);
	};
	let text = '';
	try {
		text = readFileSync(path, 'utf8');
	} catch (error) {
		refuse(`it can't be read (${(error as NodeJS.ErrnoException).code})`);
	}
	const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
	if (found.length === 0) refuse('it has no certificate');
	for (const [at, certificate] of found.entries()) {
		try {
			new X509Certificate(certificate);
		} catch (error) {
			refuse(`its certificate ${at + 1} of ${found.length} can't be parsed (${messageOf(error)})`);
		}
	}
	return `${found.join('\n')}\n`;
}
