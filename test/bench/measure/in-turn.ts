import { messageOf } from '#shared/errors.ts';

/** What one run of a contestant took. Times are in milliseconds. */
export type Sample = {
	wallMs: number;
	/** Without the start of its interpreter and its imports, where it says so itself. */
	workMs?: number;
	cpuMs?: number;
	peakMiB?: number;
	/** Bytes of what it wrote, and of what it read from a server. */
	bytesWritten?: number;
	bytesRead?: number;
	/** Processor time of the server that it worked with. */
	serverCpuMs?: number;
};

export type Contestant = {
	name: string;
	/** As a user would type it. */
	command: string;
	isOwn?: boolean;
	/** The reason why it can't take part. */
	unavailable?: string | undefined;
	run(): Promise<Sample>;
};

export type Row = {
	name: string;
	command: string;
	isOwn: boolean;
	samples: Sample[];
	/** Why it has no samples, or fewer. */
	missing?: string;
};

/** Rounds of a peer that took so many times as long as the fastest other peer: it won't be the one to beat. */
const roundsOfSlow = 2;
const slow = 3;

/**
 * Lets contestants run by turns, A B C A B C …, so that whatever else the machine does meets all of them.
 * @param options.slowLeave a peer that is far behind others leaves after two rounds
 */
export async function inTurn(contestants: Contestant[], rounds: number, { slowLeave = false } = {}): Promise<Row[]> {
	const rows = contestants.map(
		({ name, command, isOwn = false, unavailable }): Row => ({
			...{ name, command, isOwn, samples: [] },
			...(unavailable === undefined ? {} : { missing: unavailable }),
		}),
	);
	for (let round = 0; round < rounds; round++) {
		for (const [i, contestant] of contestants.entries()) {
			const row = rows[i] as Row;
			if (row.missing !== undefined || (slowLeave && round >= roundsOfSlow && isFarBehind(row, rows))) continue;
			try {
				const sample = await contestant.run();
				row.samples.push(rounded(sample));
				console.log(`  ${round + 1}/${rounds}  ${row.name}: ${Math.round(sample.wallMs)} ms`);
			} catch (error) {
				row.missing = messageOf(error);
				console.log(`  ${round + 1}/${rounds}  ${row.name}: ${row.missing}`);
			}
		}
	}
	return rows;
}

function isFarBehind(row: Row, rows: Row[]): boolean {
	const first = ({ samples: [sample] }: Row) => sample?.workMs ?? sample?.wallMs ?? Number.POSITIVE_INFINITY;
	return !row.isOwn && first(row) > slow * Math.min(...rows.filter(each => !each.isOwn).map(first));
}

const rounded = (sample: Sample): Sample =>
	Object.fromEntries(Object.entries(sample).map(([key, value]) => [key, Math.round(value * 10) / 10])) as Sample;
