import { prices } from '../../../functions/shared/estimate/prices.ts';
import { settings } from '../../../infra/settings.ts';
import { valuesOf, workOf } from '../measure/compare.ts';
import { spreadOf } from '../measure/statistics.ts';
import type { Table } from '../race.ts';
import type { Result } from '../results.ts';

const framesPerHour = 30 * 3600;
const framesPerChunk = 200;
const s3WritesPerChunk = 3;
const s3ReadsPerChunk = 6;

/** Dollars for an hour of video at 30 frames a second, every frame, made of what the race "formats" measured. */
export function costTable({ heats }: Result): Table {
	const gib = settings.decode.memoryMiB / 1024;
	const chunks = framesPerHour / framesPerChunk;
	const s3 = chunks * (s3WritesPerChunk * prices.s3Write + s3ReadsPerChunk * prices.s3Read);
	return {
		name: 'Dollars an hour of video, every frame at 30 a second',
		columns: ['video', 'format', 'ms a frame', 'GB an hour', 'Lambda', 'S3 and SQS', 'to the internet'],
		rows: heats.flatMap(({ name, frames, rows }) =>
			rows
				.filter(row => row.samples.length > 0)
				.map(row => {
					const seconds = spreadOf(workOf(row)).median / 1000 / frames;
					const gigabytes = (spreadOf(valuesOf(row, 'bytesWritten')).median / frames) * framesPerHour * 1e-9;
					const lambda = seconds * framesPerHour * gib * prices.lambdaGiBSecond + 2 * chunks * prices.lambdaRequest;
					const requests = s3 + 4 * chunks * prices.sqsRequest;
					return [
						...[name, row.name, (seconds * 1000).toFixed(1), gigabytes.toFixed(0), dollars(lambda), dollars(requests)],
						dollars(gigabytes * prices.gigabyteOut),
					];
				}),
		),
	};
}

const dollars = (amount: number): string => `$${amount.toFixed(amount < 0.1 ? 3 : 2)}`;
