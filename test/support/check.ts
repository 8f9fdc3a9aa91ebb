/** One thing a service must do, told apart by its name; `run` rejects when it does not. */
export type Check<Context> = {
	readonly name: string;
	run(context: Context): Promise<void>;
};

/** The error a promise rejects with. @throws when it resolves. */
export async function refusal(promise: Promise<unknown>): Promise<Refusal> {
	try {
		await promise;
	} catch (error) {
		return error as Refusal;
	}
	throw new Error('Nothing was refused.');
}

/** An error of the AWS SDK. */
export type Refusal = Error & {
	readonly $metadata: { readonly httpStatusCode?: number };
};

/** Resolves after so many milliseconds. */
export function wait(ms: number): Promise<void> {
	return new Promise(resolve => setTimeout(resolve, ms));
}
