import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { FramefanError } from '../functions/shared/errors.ts';
import { readCertificates } from './read-certificates.ts';
import { settings } from './settings.ts';

/** A key of the CDK context; `read` throws for an invalid value. The default is in docs/deploy.md. */
type ContextKey<Value> = { default: string; read(value: string, key: string): Value };

/** Days for which CloudWatch Logs can keep a line. */
const logDays = Object.values(RetentionDays).filter(
	(days): days is number => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

/** The shortest time to keep state: dead letters, which need it, are kept for 14 days. */
const fewestStateDays = 15;
const mostStateDays = 3650;

const refuse = (key: string, value: string, remedy: string): never => {
	throw new FramefanError(`The context value ${key} is ${JSON.stringify(value)}: ${remedy}`);
};

const oneOf =
	<const Value extends string>(...values: Value[]) =>
	(value: string, key: string): Value =>
		values.find(each => each === value) ?? refuse(key, value, `choose ${values.join(' or ')}`);

const matching =
	(pattern: RegExp, remedy: string) =>
	(value: string, key: string): string =>
		pattern.test(value) ? value : refuse(key, value, remedy);

/** Reads a value only where there is one. */
const optional =
	<Value>(read: (value: string, key: string) => Value) =>
	(value: string, key: string): Value | undefined =>
		value === '' ? undefined : read(value, key);

/** Ids with commas between them, at most `most`. */
const ids =
	(pattern: RegExp, example: string, most: number) =>
	(value: string, key: string): string[] => {
		const found = value.split(',').map(id => id.trim());
		if (value.trim() === '') return [];
		const remedy = `give at most ${most} ids such as ${example}, with commas between them`;
		return found.length <= most && found.every(id => pattern.test(id)) ? found : refuse(key, value, remedy);
	};

const days =
	(isAllowed: (count: number) => boolean, remedy: string) =>
	(value: string, key: string): number =>
		/^\d+$/.test(value) && isAllowed(Number(value)) ? Number(value) : refuse(key, value, remedy);

const proxy = (value: string, key: string): string => {
	const url = URL.canParse(value) ? new URL(value) : undefined;
	// The value is not shown: it may hold a password.
	if (url && (url.username || url.password))
		throw new FramefanError(
			`The context value ${key} has a user name or password in it, which anyone who reads the template or the functions would see: use a proxy that lets the functions' security groups through without one`,
		);
	const isAddress = url?.protocol === 'http:' && url.port !== '' && url.pathname === '/' && url.search === '';
	return isAddress ? url.origin : refuse(key, value, 'give its address with its port, such as http://10.0.0.5:3128');
};

/** The keys of the CDK context, `-c KEY=VALUE`: what is chosen when the template is made. */
export const contextKeys = {
	stackName: {
		default: 'Framefan',
		read: matching(
			/^[A-Za-z][A-Za-z0-9-]{0,127}$/,
			'a stack name is a letter, then up to 127 letters, digits and hyphens, so choose another',
		),
	},
	architecture: { default: 'x86_64', read: oneOf('x86_64', 'arm64') },
	ffmpeg: { default: '', read: optional(value => value) },
	subnets: { default: '', read: ids(/^subnet-[0-9a-f]{8,17}$/, 'subnet-0a1b2c3d', 16) },
	securityGroups: { default: '', read: ids(/^sg-[0-9a-f]{8,17}$/, 'sg-0a1b2c3d', 5) },
	proxy: { default: '', read: optional(proxy) },
	noProxy: {
		default: '',
		read: optional(
			matching(/^[A-Za-z0-9.*:_-]+(,[A-Za-z0-9.*:_-]+)*$/, 'give host names with commas between them, without spaces'),
		),
	},
	privateCa: { default: '', read: optional(readCertificates) },
	kmsKey: {
		default: '',
		read: optional(
			matching(
				/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
				'give the ARN of a key, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab; an alias is not enough, since rights name keys',
			),
		),
	},
	permissionsBoundary: {
		default: '',
		read: optional(
			matching(
				/^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
				'give the ARN of a managed policy, such as arn:aws:iam::111122223333:policy/boundary',
			),
		),
	},
	stateRetentionDays: {
		default: String(settings.stateRetention.toDays()),
		read: days(
			count => count >= fewestStateDays && count <= mostStateDays,
			`choose a whole number from ${fewestStateDays}, since dead letters need the state for 14 days, to ${mostStateDays}`,
		),
	},
	logRetentionDays: {
		default: String(RetentionDays.ONE_MONTH),
		read: days(
			count => logDays.includes(count),
			`CloudWatch Logs keeps lines for ${logDays.join(', ')} days: choose one of these`,
		),
	},
	stateRemovalPolicy: { default: 'retain', read: oneOf('retain', 'destroy') },
	logRemovalPolicy: { default: 'destroy', read: oneOf('retain', 'destroy') },
} satisfies Record<string, ContextKey<unknown>>;
