/** Variables of the environment that hold what nobody is to see. */
const secretVariables = ['SUPERVISELY_API_TOKEN', 'API_TOKEN', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
/** What is shorter stands in texts by chance. */
const shortestSecret = 6;

const known = new Set<string>();

/** Keeps a secret from ever being printed. */
export const keepSecret = (secret: string): string => {
	known.add(secret.trim());
	return secret;
};

/** A text without the secrets that are known, and without what an address may carry: user name, password and query. */
export const withoutSecrets = (text: string): string => {
	const secrets = [...known, ...secretVariables.map(name => process.env[name] ?? '')];
	return secrets
		.filter(secret => secret.length >= shortestSecret)
		.reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
		.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1')
		.replace(/(\bhttps?:\/\/[^\s?"'`]*)\?[^\s"'`)]*/gi, '$1?…');
};
