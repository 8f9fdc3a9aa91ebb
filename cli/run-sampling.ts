import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocalStack } from '#local/stack.ts';
import { FramefanError } from '#shared/errors.ts';
import type { SamplingRequestInput } from '#shared/sampling/request.ts';
import type { SamplingStatus } from '../functions/api/sampling-status.ts';
import { makeApiClient } from './api-client.ts';
import type { ProgressDisplay } from './progress.ts';
import { startClock } from './run-clock.ts';

const tokenParameter = '/framefan/supervisely-token';
const pollMs = 250;
/** How often it is looked whether anything is still being tried. */
const workCheckMs = 3000;

/**
 * Runs one sampling on the local stack and follows it to its end. The same client token on the same data folder goes
 * on with the same sampling.
 * @throws FramefanError when steps were given up and nothing is tried any more
 * @returns how it ended, and the seconds it took once the stack stood
 */
export const runSampling = async (options: {
	dataDir: string;
	server: string;
	token: string;
	request: SamplingRequestInput & { clientToken: string };
	framesPerChunk: number;
	progress: ProgressDisplay;
	onClose: (close: () => unknown) => void;
}): Promise<{ status: SamplingStatus; seconds: number }> => {
	const stack = await startLocalStack({
		dataDir: join(options.dataDir, 'stack'),
		parameters: {
			SuperviselyServer: options.server,
			TokenParameter: tokenParameter,
			FramesPerChunk: String(options.framesPerChunk),
			ProgressSeconds: '1',
		},
		secrets: { [tokenParameter]: options.token },
	});
	options.onClose(() => stack.close());
	const clock = startClock(join(options.dataDir, 'seconds'));
	const api = makeApiClient(stack);
	const { dead: deadBefore } = await stack.work();
	const { id } = await api.start(options.request);
	let lookedAt = Date.now();
	try {
		for (;;) {
			const status = await api.status(id);
			options.progress.show(status);
			if (status.state !== 'running') return { status, seconds: Math.round(clock.seconds() * 10) / 10 };
			clock.keep();
			if (Date.now() - lookedAt > workCheckMs) {
				lookedAt = Date.now();
				const { left, dead } = await stack.work();
				// It may have ended between the two questions.
				if (left === 0 && dead > deadBefore && (await api.status(id)).state === 'running') {
					throw new FramefanError(givenUp(options.dataDir, dead - deadBefore));
				}
			}
			await new Promise(resolve => setTimeout(resolve, pollMs));
		}
	} finally {
		options.progress.end();
	}
};

/** Why nothing goes on any more, with the last error that a function logged. */
const givenUp = (dataDir: string, messages: number): string => {
	const folder = join(dataDir, 'stack', 'logs');
	const errors = readdirSync(folder)
		.filter(name => name.endsWith('.log'))
		.flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n'))
		.filter(line => line.includes('"level":"ERROR"') && line.endsWith('}'))
		.map(line => JSON.parse(line) as { time: string; error?: string })
		.sort((a, b) => (a.time < b.time ? -1 : 1));
	const why = errors.at(-1)?.error;
	return `${messages} steps were given up after several tries${why ? `, the last with: ${why}` : ''}. The same command tries them again; logs are in ${folder}`;
};
