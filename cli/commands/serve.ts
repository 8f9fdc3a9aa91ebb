import { join } from 'node:path';
import type { Command } from 'commander';
import { FramefanError, messageOf } from '#shared/errors.ts';
import { lockDataFolder } from '../data-folder.ts';
import { folderName, repeatable, wholeNumber } from '../options.ts';
import { closingAll } from '../shutdown.ts';

type ServeOptions = { port?: number; data: string; import?: string[]; json?: boolean };

export function addServe(program: Command): void {
	program
		.command('serve')
		.description('Runs the Supervisely-compatible server until it is stopped')
		.option('--port <n>', 'port on 127.0.0.1; default: any free port', wholeNumber(0, 65_535))
		.option('--data <folder>', 'folder for the projects', folderName, join('.framefan', 'server'))
		.option(
			'--import <folder>',
			'a video project to import; can be repeated',
			repeatable(folder => folder),
		)
		.option('--json', 'prints one line of JSON instead of text')
		.action(serve);
}

const serve = (options: ServeOptions): Promise<void> =>
	closingAll(async onClose => {
		onClose(lockDataFolder(options.data));
		const { startSuperviselyServer } = await import('#demo/server/server.ts');
		const port = options.port === undefined ? {} : { port: options.port };
		const server = await explained(startSuperviselyServer({ dataDir: options.data, ...port }));
		onClose(() => server.close());
		for (const folder of options.import ?? []) await explained(server.importVideoProject(folder));
		const { address, token } = server;
		const projects = server.projects();
		if (options.json) console.log(JSON.stringify({ server: address, token, projects }));
		else {
			console.log(`server    ${address}\ntoken     ${token}`);
			for (const { id, name, type } of projects) console.log(`project   ${id}  ${name}  (${type})`);
			console.log('Press Ctrl-C to stop.');
		}
		await new Promise(() => {});
	});

/** Converts errors of the server to FramefanErrors with their message. */
const explained = async <Result>(work: Promise<Result>): Promise<Result> => {
	try {
		return await work;
	} catch (error) {
		const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
		throw new FramefanError(
			inUse ? `The port is in use (${messageOf(error)}): choose another --port` : messageOf(error),
		);
	}
};
