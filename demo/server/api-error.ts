/** The server's answer instead of a result: an HTTP status and the JSON error body that Supervisely clients read. */
export class ApiError extends Error {
	readonly status: number;
	readonly body: { error: string; details: Record<string, unknown> };

	constructor(status: number, type: string, message: string, extra: Record<string, unknown> = {}) {
		super(message);
		this.name = 'ApiError';
		this.status = status;
		this.body = { error: message, details: { type, message, ...extra } };
	}
}

/** 400: the request itself is wrong. */
export function badRequest(message: string): ApiError {
	return new ApiError(400, 'BAD_REQUEST', message);
}

/** 404 with the wording that Supervisely uses and its SDK recognises. */
export function notFound(kind: string, id: number): ApiError {
	return new ApiError(
		404,
		'NOT_FOUND',
		`${kind} with ${kind.toLowerCase()}Id ${id} is either archived, doesn't exist or you don't have enough permissions to access`,
	);
}

/** 400 for names already taken; `errors` names each with the id of the entity that has it. */
export function notUnique(errors: { name: string; id: number }[]): ApiError {
	return new ApiError(
		400,
		'NONUNIQUE',
		`Name is already taken: ${errors.map(e => JSON.stringify(e.name)).join(', ')}`,
		{
			errors,
		},
	);
}
