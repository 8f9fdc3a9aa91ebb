import { Command, CommanderError } from 'commander';
import { disableIncrementalMarking } from '#shared/disable-incremental-marking.ts';
import { commandsFor } from './commands-for.ts';
import { printFailure, UsageError } from './failure.ts';
import { refuseRepeats } from './options.ts';
import { fitted } from './print-line.ts';
import { endProcess } from './shutdown.ts';

/** Prints an error in one line. @returns the exit code: 1 for failures, 2 for usage errors, 0 for help */
const tell = (error: unknown): number => {
	// Commander has already printed it.
	if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
	printFailure(error);
	return error instanceof UsageError ? 2 : 1;
};

disableIncrementalMarking();
const endBy = (error: unknown): void => endProcess(tell(error));
process.on('uncaughtException', endBy).on('unhandledRejection', endBy);
for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		// The reader, such as `head`, has closed the pipe: exit silently, like other programs on SIGPIPE.
		if (error.code === 'EPIPE') endProcess(0);
		else endBy(error);
	});
}

const program = new Command('framefan')
	.description('Samples Supervisely video projects into image projects: exact frames, every label.')
	.option('--debug', 'prints a stack trace for errors')
	.configureHelp({ showGlobalOptions: true })
	.configureOutput({ outputError: (text, write) => write(fitted(text, process.stderr, 'error: '.length)) })
	.exitOverride();
for (const add of await commandsFor(process.argv.slice(2))) add(program);
for (const command of program.commands) refuseRepeats(command);

try {
	await program.parseAsync();
} catch (error) {
	process.exitCode = tell(error);
}
