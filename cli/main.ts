import { Command, CommanderError } from 'commander';
import { FramefanError } from '#shared/errors.ts';
import { addDemo } from './commands/demo.ts';
import { addFrames } from './commands/frames.ts';
import { addSample } from './commands/sample.ts';
import { addSamplings } from './commands/samplings.ts';
import { addServe } from './commands/serve.ts';
import { UsageError } from './usage-error.ts';

const program = new Command('framefan')
	.description('Samples Supervisely video projects into image projects: exact frames, every label.')
	.exitOverride();
addDemo(program);
addSample(program);
addServe(program);
addFrames(program);
addSamplings(program);

/** 0 done, 1 could not be done, 2 not understood. */
const exitCode = (error: unknown): number => {
	if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
	const expected = error instanceof FramefanError;
	console.error(`error: ${expected ? error.message : ((error as Error)?.stack ?? error)}`);
	return error instanceof UsageError ? 2 : 1;
};

try {
	await program.parseAsync();
} catch (error) {
	process.exitCode = exitCode(error);
}
