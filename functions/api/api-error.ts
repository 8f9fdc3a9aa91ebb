import { FramefanError } from '#shared/errors.ts';

/** An error answer with its HTTP status; `path` names the wrong field. */
export class ApiError extends FramefanError {
	override readonly name = 'ApiError';
	readonly status: number;
	readonly path: string | undefined;
	constructor(status: number, message: string, path?: string) {
		super(message);
		this.status = status;
		this.path = path;
	}
}
