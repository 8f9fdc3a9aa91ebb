import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { expect, onTestFinished, test } from 'vitest';
import { type ManifestRow, manifestColumns } from '#shared/sampling/manifest.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { ok, temporaryFolder } from '#test/supervisely-server.ts';

const linesOf = (file: string): ManifestRow[] =>
	readFileSync(file, 'utf8')
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));

test('the manifest has every image with its origin, as Parquet, JSON Lines and CSV', async () => {
	const { bench, env } = await openDeployment();
	onTestFinished(() => bench.close());
	const { server, source } = bench;
	const folder = await temporaryFolder();
	const where = ['--api', bench.stack.httpUrl, '--json'];
	const options = ['--every', '1s', '--key-frames', '--around', '1', '--format', 'jpg', '--min-sharpness', '0'];
	const target = [...where, '--project', String(source)];
	const sampled = lastJson((await runFramefan(['sample', ...target, ...options], env)).stdout);
	expect(sampled).toMatchObject({ state: 'completed', faultCount: 0 });
	const { destination, framesUploaded } = sampled as { destination: { id: number }; framesUploaded: number };

	const listed = await runFramefan(['list', ...where], env);
	const { id } = (lastJson(listed.stdout) as { samplings: { id: string }[] }).samplings[0] as { id: string };
	const write = async (name: string) => {
		const out = join(folder, name);
		const run = await runFramefan(['manifest', id, ...where, '--out', out], env);
		expect(run.stderr).toBe('');
		expect(lastJson(run.stdout)).toEqual({ file: out, images: framesUploaded });
		expect(existsSync(`${out}.partial`)).toBe(false);
		return out;
	};
	const rows = linesOf(await write('images.jsonl'));
	expect(rows).toHaveLength(framesUploaded);
	expect(Object.keys(rows[0] as ManifestRow)).toEqual(Object.keys(manifestColumns));

	type Image = {
		id: number;
		name: string;
		hash: string;
		width: number;
		height: number;
		datasetId: number;
		meta: { frame_index: number; video_id: number };
	};
	const { entities } = await ok(server, 'images.list', { projectId: destination.id, recursive: true });
	const images = new Map((entities as Image[]).map(image => [image.id, image]));
	expect(images.size).toBe(rows.length);
	for (const row of rows) {
		const image = images.get(row.image_id) as Image;
		expect(row).toMatchObject({
			...{ image_name: image.name, project_id: destination.id, dataset_id: image.datasetId },
			...{ source_project_id: source, video_id: image.meta.video_id, frame_index: image.meta.frame_index },
			...{ width: image.width, height: image.height, format: 'jpg', seconds: image.meta.frame_index / 10 },
			sha256: Buffer.from(image.hash, 'base64').toString('hex'),
			rule: row.frame_index % 10 === 0 ? 'every' : 'around',
			hash: expect.stringMatching(/^[0-9a-f]{16}$/),
		});
		const labels = JSON.parse(row.labels as string) as Record<string, number>;
		expect(labels.field).toBe(1);
		expect(labels.car).toBe(row.frame_index % 3 === 0 ? 1 : undefined);
		expect((JSON.parse(row.object_ids as string) as number[]).length).toBe(Object.keys(labels).length);
	}

	const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(await write('images.parquet')) });
	const plain = parquet.map(row =>
		Object.fromEntries(
			Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
		),
	);
	expect(plain).toEqual(rows);

	const [head, first] = readFileSync(await write('images.csv'), 'utf8').split('\n');
	expect(head).toBe(Object.keys(manifestColumns).join(','));
	expect(first).toContain(`${rows[0]?.image_id},${rows[0]?.image_name},${destination.id},`);

	// A second sampling finds all images there: its manifest has them as well.
	const again = [...target, ...options.slice(0, -2), '--into', String(destination.id)];
	expect(lastJson((await runFramefan(['sample', ...again], env)).stdout)).toMatchObject({ framesUploaded: 0 });

	for (const [args, message] of [
		[['manifest', id, ...where, '--out', 'a.xlsx'], '--out is a.xlsx: the file must end with one of'],
		[['manifest', 'none', '--local', '--data', folder, '--out', 'a.csv'], 'There is no sampling none'],
		[['manifest', id, '--out', 'a.csv'], 'Give either --api URL or --local'],
	] as const) {
		const refused = await runFramefan([...args], env);
		expect(refused.stderr).toContain(`error: ${message}`);
		expect(refused.stdout).toBe('');
	}
});
