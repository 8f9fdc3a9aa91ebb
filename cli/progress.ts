import { SingleBar } from 'cli-progress';
import { framesDone } from '#shared/sampling/summary.ts';
import type { SamplingStatus } from '../functions/api/schemas.ts';

/** Shortest time between two lines without a terminal, in milliseconds. */
const lineEveryMs = 2000;

export type ProgressDisplay = { show(status: SamplingStatus): void; end(): void };

/** Live progress on stderr: a bar in a terminal, plain lines elsewhere. Reports outages of the server. */
export function showProgress(): ProgressDisplay {
	const display = process.stderr.isTTY ? progressBar() : plainLines();
	let since: string | undefined;
	return {
		show: status => {
			if (status.outage?.since !== since) {
				since = status.outage?.since;
				display.end();
				if (status.outage) process.stderr.write(tellOutage(status.outage));
				else if (status.state === 'running') process.stderr.write('The server answers again.\n');
			}
			display.show(status);
		},
		end: () => display.end(),
	};
}

const tellOutage = ({ since, reason }: NonNullable<SamplingStatus['outage']>): string =>
	`The server has been away since ${since.slice(11, 19)} UTC:
${reason}.
The sampling waits for it. You can stop here and go on later.
`;

const progressBar = (): ProgressDisplay => {
	const bar = new SingleBar({
		format: '{bar} {value}/{total} frames  {videos} videos  {faults} faults  {duration}s',
		barsize: 24,
		hideCursor: true,
		stream: process.stderr,
	});
	let started = false;
	return {
		show: status => {
			// No total until something is planned.
			if (status.framesPlanned === 0) return;
			const payload = { videos: status.videos, faults: status.faultCount };
			if (!started) bar.start(status.framesPlanned, 0, payload);
			started = true;
			bar.setTotal(status.framesPlanned);
			bar.update(framesDone(status), payload);
		},
		end: () => {
			if (started) bar.stop();
			started = false;
		},
	};
};

const plainLines = (): ProgressDisplay => {
	let last = { at: 0, line: '' };
	return {
		show: status => {
			const line = `${framesDone(status)}/${status.framesPlanned} frames, ${status.videos} videos, ${status.faultCount} faults`;
			if (
				line === last.line ||
				status.framesPlanned === 0 ||
				(status.state === 'running' && Date.now() - last.at < lineEveryMs)
			)
				return;
			last = { at: Date.now(), line };
			process.stderr.write(`${line}\n`);
		},
		end: () => {},
	};
};
