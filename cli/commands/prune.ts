import type { Command } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { UsageError } from '../failure.ts';
import { askLocalStack, findLocalSampling } from '../local-samplings.ts';
import { checkWhere, openApi, type WhereOptions } from '../open-api.ts';
import { checkAddress, folderName } from '../options.ts';
import { confirmOnTerminal, type Pruned, pruneImages } from '../prune/prune-images.ts';
import { findToken } from '../token.ts';

type PruneOptions = WhereOptions & { server?: string; yes?: boolean };

export function addPrune(program: Command): void {
	program
		.command('prune <id>')
		.description("Removes images that a sampling's settings don't select from its destination; lists them first")
		.option('--api <url>', "URL of a deployment's HTTP API")
		.option('--server <url>', 'with --api: address of the Supervisely server')
		.option('--local', 'use this machine')
		.option('--data <folder>', 'with --local: folder of the state', folderName, '.framefan')
		.option('--yes', 'removes them without asking')
		.option('--json', 'prints one line of JSON')
		.addHelpText(
			'after',
			'\nOnly images of frames of the same videos are removed, and only those with\nexactly the labels of the video.',
		)
		.action(async (id: string, options: PruneOptions) => {
			const pruned = await prune(id, options);
			if (options.json) console.log(JSON.stringify(pruned));
		});
}

/** Lists and removes images that a sampling's settings don't select. @throws FramefanError when it is not complete */
export async function prune(id: string, options: PruneOptions): Promise<Pruned> {
	checkWhere(options);
	if (options.api === undefined) {
		const sampling = findLocalSampling(options.data, id);
		const token = await findToken(sampling.server);
		return askLocalStack(sampling, api => run(api, id, { ...options, server: sampling.server, token }));
	}
	const { server } = options;
	if (server === undefined) throw new UsageError('--api needs --server, the address of the Supervisely server');
	checkAddress('--server', server, 'https://app.supervisely.com');
	const token = await findToken(server);
	return run(await openApi(options.api), id, { ...options, server, token });
}

const run = (
	api: ApiClient,
	id: string,
	{ server, token, yes, json }: PruneOptions & { server: string; token: string },
): Promise<Pruned> =>
	pruneImages(api, id, {
		server,
		token,
		show: line => void (json ? process.stderr : process.stdout).write(`${line}\n`),
		confirm: yes ? async () => true : confirmOnTerminal,
	});
