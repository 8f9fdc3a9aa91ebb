import { randomBytes } from 'node:crypto';
import { type AccessRequest, applies, type Statement } from './statement.ts';

/** A key pair that signs requests. */
export type Credentials = {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
};

/** Whose signature a request carries. */
export type Caller = {
	readonly credentials: Credentials;
	/** @throws AccessDenied unless the policies allow it */
	authorize(request: AccessRequest): void;
};

/** A request is signed by a known caller, who may not do what it asks for. */
export class AccessDenied extends Error {
	override readonly name = 'AccessDenied';
}

/** Somebody who may do everything, as the root user of an account. */
export function owner(credentials: Credentials): Caller {
	return { credentials, authorize: () => {} };
}

/** A new random key pair. */
export function randomCredentials(): Credentials {
	// Begins unlike an access key id of AWS, so that no scanner takes it for a leaked one.
	const id = [...randomBytes(16)].map(byte => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
	return { accessKeyId: `LOCAL${id}`, secretAccessKey: randomBytes(30).toString('base64') };
}

/** A right that a policy of a role grants. */
export type Grant = { readonly role: string; readonly action: string; readonly resource: string };

/** The roles of a template, each with key pair and policies of its own, and the resource policies. */
export class Roles {
	readonly #roles = new Map<string, Role>();
	readonly #resourceStatements: Statement[] = [];
	readonly #onDenied: (message: string) => void;

	/** @param onDenied called with the reason of each refusal */
	constructor(onDenied: (message: string) => void = () => {}) {
		this.#onDenied = onDenied;
	}

	add(arn: string): Role {
		const role = new Role(arn, this.#resourceStatements, this.#onDenied);
		this.#roles.set(role.credentials.accessKeyId, role);
		return role;
	}

	/** @param statements with principals */
	addResourcePolicy(statements: readonly Statement[]): void {
		this.#resourceStatements.push(...statements);
	}

	find(accessKeyId: string): Caller | undefined {
		return this.#roles.get(accessKeyId);
	}

	/** Rights that are granted and have not been used. */
	unused(): Grant[] {
		return [...this.#roles.values()].flatMap(role => role.unused());
	}
}

/**
 * A role and its policies: a request must be allowed by one of them or by a resource policy, and denied by none.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export class Role implements Caller {
	readonly credentials = randomCredentials();
	readonly #arn: string;
	readonly #own: Statement[] = [];
	readonly #ofResources: readonly Statement[];
	readonly #onDenied: (message: string) => void;
	/** Action and resource of each allowed request, to find grants that are not used. */
	readonly #used = new Map<string, AccessRequest>();

	constructor(arn: string, ofResources: readonly Statement[], onDenied: (message: string) => void) {
		this.#arn = arn;
		this.#ofResources = ofResources;
		this.#onDenied = onDenied;
	}

	addPolicy(statements: readonly Statement[]): void {
		this.#own.push(...statements);
	}

	authorize(request: AccessRequest): void {
		const why = this.#refusal(request);
		if (why === undefined) {
			this.#used.set(`${request.action} ${folderOf(request.resource)}`, request);
			return;
		}
		const { action, resource } = request;
		const message = `User: ${this.#arn} is not authorized to perform: ${action} on resource: "${resource}" ${why}`;
		this.#onDenied(message);
		throw new AccessDenied(message);
	}

	unused(): Grant[] {
		const used = [...this.#used.values()];
		return this.#own.flatMap(statement =>
			statement.actions.flatMap(action =>
				statement.resources
					.filter(resource => {
						const grant = { ...statement, actions: [action], resources: [resource] };
						return !used.some(request => applies(grant, request, this.#arn));
					})
					.map(resource => ({ role: this.#arn, action, resource })),
			),
		);
	}

	/** Why a request is refused, in the words of AWS. */
	#refusal(request: AccessRequest): string | undefined {
		// Requests on loopback need no TLS.
		const asked = { ...request, keys: { 'aws:SecureTransport': 'true', ...request.keys } };
		const found = [...this.#own, ...this.#ofResources].filter(statement => applies(statement, asked, this.#arn));
		if (found.some(({ effect }) => effect === 'Deny')) return 'with an explicit deny in a policy';
		if (found.length > 0) return undefined;
		return `because no identity-based policy allows the ${request.action} action`;
	}
}

/** Numbers are replaced, so that requests for documents of the same kind count as one. */
function folderOf(resource: string): string {
	return resource.replace(/[0-9a-f]{8,}|\d+/g, '*');
}
