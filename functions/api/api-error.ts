import { FramefanError } from '#shared/errors.ts';

/** A request that is answered with an error status; `path` names the field that is wrong. */
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
