import type { Command } from 'commander';

/** Loaders of the functions that add commands to the program, with the commands' names, in the order of the help. */
const commands: { names: string[]; load: () => Promise<(program: Command) => void> }[] = [
	{ names: ['demo'], load: async () => (await import('./commands/demo.ts')).addDemo },
	{ names: ['sample'], load: async () => (await import('./commands/sample.ts')).addSample },
	{ names: ['serve'], load: async () => (await import('./commands/serve.ts')).addServe },
	{ names: ['frames'], load: async () => (await import('./commands/frames.ts')).addFrames },
	{
		names: ['status', 'list', 'cancel', 'retry', 'estimate'],
		load: async () => (await import('./commands/samplings.ts')).addSamplings,
	},
	{ names: ['preview'], load: async () => (await import('./commands/preview.ts')).addPreview },
	{ names: ['manifest'], load: async () => (await import('./commands/manifest.ts')).addManifest },
	{ names: ['prune'], load: async () => (await import('./commands/prune.ts')).addPrune },
	{ names: ['doctor'], load: async () => (await import('./commands/doctor.ts')).addDoctor },
	{ names: ['canary'], load: async () => (await import('./commands/canary.ts')).addCanary },
];

/**
 * Loads only the command that is called, because loading all of them is slow.
 * @param given what follows the program's name
 * @returns functions that add the command; those of all commands if none is called, as for the help
 */
export async function commandsFor(given: string[]): Promise<((program: Command) => void)[]> {
	const called = given.find(argument => !argument.startsWith('-'));
	const known = commands.filter(({ names }) => called !== undefined && names.includes(called));
	return Promise.all((known.length > 0 ? known : commands).map(({ load }) => load()));
}
