import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { FramefanError, messageOf } from '#shared/errors.ts';
import type { ManifestRow } from '#shared/sampling/manifest.ts';
import { parquetOf } from '#shared/sampling/parquet.ts';
import type { ApiClient } from '../api-client.ts';
import { UsageError } from '../failure.ts';
import { askLocalStack, findLocalSampling } from '../local-samplings.ts';
import { checkWhere, openApi, type WhereOptions } from '../open-api.ts';
import { folderName } from '../options.ts';

type ManifestOptions = WhereOptions & { out: string };

export function addManifest(program: Command): void {
	program
		.command('manifest <id>')
		.description('Writes a table of the images of a sampling: where each comes from, and what is on it')
		.requiredOption('--out <file>', 'file to write: .parquet, .jsonl or .csv')
		.option('--api <url>', "URL of a deployment's HTTP API")
		.option('--local', 'use this machine')
		.option('--data <folder>', 'with --local: folder of the state', folderName, '.framefan')
		.option('--json', 'prints one line of JSON')
		.action(manifest);
}

const manifest = async (id: string, options: ManifestOptions): Promise<void> => {
	checkWhere(options);
	const encode = encoders[extname(options.out)];
	if (!encode) {
		const endings = Object.keys(encoders).join(', ');
		throw new UsageError(`--out is ${options.out}: the file must end with one of ${endings}`);
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
			if (isFirst) yield `${Object.keys(row).join(',')}\n`;
			isFirst = false;
			yield `${Object.values(row).map(cell).join(',')}\n`;
		}
	},
};

/** A cell of CSV (RFC 4180). */
const cell = (value: string | number | null): string => {
	const text = value === null ? '' : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Writes a file that appears only when it is complete. @throws FramefanError when it can't be written */
const writeWhole = async (file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> => {
	const partial = `${file}.partial`;
	try {
		await pipeline(Readable.from(pieces), createWriteStream(partial));
		renameSync(partial, file);
	} catch (error) {
		rmSync(partial, { force: true });
		if (error instanceof FramefanError) throw error;
		throw new FramefanError(`${file} can't be written (${messageOf(error)})`);
	}
};
