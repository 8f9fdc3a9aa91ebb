import { Command, CommanderError } from 'commander';
import { disableIncrementalMarking } from '#shared/disable-incremental-marking.ts';
import { printFailure, UsageError } from './failure.ts';
import { endProcess } from './shutdown.ts';

/** What adds the commands of these names, in the order of the help. Loaded only when needed: all together load slowly. */
const commands: { names: string[]; load: () => Promise<(program: Command) => void> }[] = [
	{ names: ['demo'], load: async () => (await import('./commands/demo.ts')).addDemo },
	{ names: ['sample'], load: async () => (await import('./commands/sample.ts')).addSample },
	{ names: ['serve'], load: async () => (await import('./commands/serve.ts')).addServe },
	{ names: ['frames'], load: async () => (await import('./commands/frames.ts')).addFrames },
	{
		names: ['status', 'list', 'cancel', 'retry', 'estimate'],
		load: async () => (await import('./commands/samplings.ts')).addSamplings,
	},
	{ names: ['doctor'], load: async () => (await import('./commands/doctor.ts')).addDoctor },
	{ names: ['canary'], load: async () => (await import('./commands/canary.ts')).addCanary },
];

/** Those of the command that is called; all for the help, or for a command that there is not. */
async function commandsFor(given: string[]): Promise<((program: Command) => void)[]> {
	const called = given.find(argument => !argument.startsWith('-'));
	const known = commands.filter(({ names }) => called !== undefined && names.includes(called));
	return Promise.all((known.length > 0 ? known : commands).map(({ load }) => load()));
}

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
	.exitOverride();
for (const add of await commandsFor(process.argv.slice(2))) add(program);

try {
	await program.parseAsync();
} catch (error) {
	process.exitCode = tell(error);
}
