import { ByteWriter, type ColumnSource, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { type ManifestRow, manifestColumns } from './manifest.ts';

/** Number of rows in a row group, which is held in memory. */
const rowsPerGroup = 20_000;

/** The bytes of a Parquet file with these rows, piece by piece: one row group is in memory at a time. */
export async function* parquetOf(rows: AsyncIterable<ManifestRow> | Iterable<ManifestRow>): AsyncGenerator<Uint8Array> {
	const bytes = new ByteWriter();
	const schema = schemaFromColumnData({ columnData: columnsOf([]) });
	const writer = new ParquetWriter({ writer: bytes, schema, createdBy: 'framefan' });
	const taken = (): Uint8Array => {
		const piece = bytes.getBytes().slice();
		bytes.index = 0;
		return piece;
	};
	let group: ManifestRow[] = [];
	const writeGroup = async () => {
		await writer.write({ columnData: columnsOf(group), rowGroupSize: rowsPerGroup });
		group = [];
	};
	for await (const row of rows) {
		group.push(row);
		if (group.length < rowsPerGroup) continue;
		await writeGroup();
		yield taken();
	}
	if (group.length > 0) await writeGroup();
	await writer.finish();
	yield taken();
}

const columnsOf = (rows: ManifestRow[]): ColumnSource[] =>
	Object.entries(manifestColumns).map(([name, type]) => {
		const values = rows.map(row => row[name as keyof ManifestRow]);
		const data = type === 'INT64' ? values.map(value => (value === null ? null : BigInt(value as number))) : values;
		return { name, type, data, nullable: true } as ColumnSource;
	});
