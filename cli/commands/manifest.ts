import { extname } from 'node:path';
import type { Command } from 'commander';
import type { ManifestRow } from '#shared/sampling/manifest.ts';
import { parquetOf } from '#shared/sampling/parquet.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import type { ApiClient } from '../api-client.ts';
import { checkServer } from '../check-server.ts';
import { type CocoResult, type LeftOut, writeCoco } from '../coco/write-coco.ts';
import { UsageError } from '../failure.ts';
import { askLocalStack, findLocalSampling } from '../local-samplings.ts';
import { csvLine } from '../manifest/csv.ts';
import { checkWhere, openApi, type WhereOptions } from '../open-api.ts';
import { checkAddress, folderName } from '../options.ts';
import { findToken } from '../token.ts';
import { writeWhole } from '../write-whole.ts';

type ManifestOptions = WhereOptions & { out: string; coco?: boolean; server?: string };

export function addManifest(program: Command): void {
	program
		.command('manifest <id>')
		.description('Writes a table of the images of a sampling: where each comes from, and what is on it')
		.requiredOption('--out <file>', 'file to write: .parquet, .jsonl or .csv; with --coco .json')
		.option('--coco', 'writes images and labels as a COCO file; labels are read from the server')
		.option('--server <url>', 'with --coco and --api: address of the Supervisely server')
		.option('--api <url>', "URL of a deployment's HTTP API")
		.option('--local', 'use this machine')
		.option('--data <folder>', 'with --local: folder of the state', folderName, '.framefan')
		.option('--json', 'prints one line of JSON')
		.action(manifest);
}

const manifest = async (id: string, options: ManifestOptions): Promise<void> => {
	checkWhere(options);
	if (options.coco) return coco(id, options);
	if (options.server !== undefined)
		throw new UsageError(`--server is ${options.server} without --coco: only labels are read from the server`);
	const encode = encoders[extname(options.out)];
	if (!encode) {
		const endings = Object.keys(encoders).join(', ');
		throw new UsageError(`--out is ${options.out}: the file must end with one of ${endings}, or with --coco .json`);
	}
	const write = async (api: ApiClient): Promise<number> => {
		// Fails here for an unknown sampling, before a file is written.
		const first = await api.images(id);
		let rows = 0;
		const counted = async function* () {
			for await (const row of rowsOf(api, id, first)) {
				rows++;
				yield row;
			}
		};
		await writeWhole(options.out, encode(counted()));
		return rows;
	};
	const rows = options.api
		? await write(await openApi(options.api))
		: await askLocalStack(findLocalSampling(options.data, id), write);
	if (options.json) console.log(JSON.stringify({ file: options.out, images: rows }));
	else console.log(`${options.out}: ${rows} images`);
};

const coco = async (id: string, options: ManifestOptions): Promise<void> => {
	const { out, api: address } = options;
	if (extname(out) !== '.json') throw new UsageError(`--out is ${out}: a COCO file must end with .json`);
	if (options.server !== undefined) checkAddress('--server', options.server, 'https://app.supervisely.com');
	else if (address !== undefined)
		throw new UsageError(
			'--server is missing: labels are on the Supervisely server of the deployment, give its address',
		);
	const local = address === undefined ? findLocalSampling(options.data, id) : undefined;
	const server = options.server ?? (local?.server as string);
	const write = async (api: ApiClient): Promise<CocoResult> => {
		const first = await api.images(id);
		const token = await findToken(server);
		const [image] = first.images;
		if (image) await checkServer(server, token, image.project_id);
		const supervisely = makeSuperviselyApi(connectSupervisely(server, async () => token, { quick: true }));
		return writeCoco(out, rowsOf(api, id, first), supervisely, `Framefan, sampling ${id}`);
	};
	const result = local ? await askLocalStack(local, write) : await write(await openApi(address as string));
	const { images, annotations, leftOut, gone } = result;
	const textOf = (labels: LeftOut[]) =>
		labels.map(({ class: title, shape, count }) => `${count} × ${shape} (${title})`).join(', ');
	const [unknown, unreadable] = [leftOut.filter(each => !each.unreadable), leftOut.filter(each => each.unreadable)];
	if (unknown.length > 0) console.error(`Left out, since COCO has no such shape: ${textOf(unknown)}`);
	if (unreadable.length > 0) console.error(`Left out, since it can't be read: ${textOf(unreadable)}`);
	if (gone > 0) console.error(`Left out, since the server no longer has it: ${gone} × image`);
	if (options.json) console.log(JSON.stringify({ file: out, ...result }));
	else console.log(`${out}: ${images} images, ${annotations} annotations`);
};

type Page = Awaited<ReturnType<ApiClient['images']>>;

async function* rowsOf(api: ApiClient, id: string, first: Page): AsyncGenerator<ManifestRow> {
	for (let page = first; ; page = await api.images(id, page.next)) {
		yield* page.images;
		if (page.next === null) return;
	}
}

/** How a file is written, by its ending. */
const encoders: Record<string, (rows: AsyncIterable<ManifestRow>) => AsyncIterable<string | Uint8Array>> = {
	'.parquet': parquetOf,
	'.jsonl': async function* (rows) {
		for await (const row of rows) yield `${JSON.stringify(row)}\n`;
	},
	'.csv': async function* (rows) {
		let isFirst = true;
		for await (const row of rows) {
			if (isFirst) yield csvLine(Object.keys(row));
			isFirst = false;
			yield csvLine(Object.values(row));
		}
	},
};
