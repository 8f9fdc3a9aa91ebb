/** Environment variables with secrets. */
const secretVariables = ['SUPERVISELY_API_TOKEN', 'API_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
/** Shorter values may occur in texts by chance. */
const shortestSecret = 6;

const known = new Set<string>();

/** Registers a secret, so that it is never printed. */
export function keepSecret(secret: string): string {
	known.add(secret.trim());
	return secret;
}

/** Removes known secrets from a text, and user name, password and query from URLs. */
export function withoutSecrets(text: string): string {
	const secrets = [...known, ...secretVariables.map(name => process.env[name] ?? '')];
	return secrets
		.filter(secret => secret.length >= shortestSecret)
		.reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
		.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1')
		.replace(/(\bhttps?:\/\/[^\s?"'`]*)\?[^\s"'`)]*/gi, '$1?…');
}
