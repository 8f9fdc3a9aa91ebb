import type { Command } from 'commander';
import { requestSchema } from '#shared/sampling/request.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { checkServer } from '../check-server.ts';
import { checkAddress, folderName, wholeNumber } from '../options.ts';
import { mostVideos, type Preview, previewProject } from '../preview/preview-project.ts';
import { printLine } from '../print-line.ts';
import { addRequestOptions, type RequestOptions, tellingOptions, toRequest } from '../request-options.ts';
import { closingAll } from '../shutdown.ts';
import { ruleOf as lineOf, textTable } from '../table.ts';
import { findToken } from '../token.ts';

type PreviewOptions = RequestOptions & {
	server: string;
	out: string;
	pictures: number;
	videos: number;
	minutes: number;
	json?: boolean;
};

/** Largest values of the options. */
const most = { pictures: 200, videos: mostVideos, minutes: 1440 };

export function addPreview(program: Command): void {
	addRequestOptions(
		program
			.command('preview')
			.description('Shows which frames a sampling would take: a contact sheet, and a timeline of each video')
			.requiredOption('--server <url>', 'address of the server')
			.requiredOption('--out <folder>', 'folder for the pictures', folderName),
	)
		.option('--pictures <n>', 'pictures on the contact sheet', wholeNumber(1, most.pictures), 24)
		.option('--videos <n>', 'number of videos to look at, from the first one', wholeNumber(1, most.videos), 20)
		.option(
			'--minutes <n>',
			'with quality rules: minutes of each video to try them on',
			wholeNumber(1, most.minutes),
			10,
		)
		.option('--json', 'prints one line of JSON at the end')
		.action(preview);
}

const preview = (options: PreviewOptions): Promise<void> =>
	closingAll(async onClose => {
		const request = requestSchema.parse(toRequest(options));
		checkAddress('--server', options.server, 'https://app.supervisely.com');
		const token = await findToken(options.server);
		await checkServer(options.server, token, request.source.projectId);
		const supervisely = makeSuperviselyApi(connectSupervisely(options.server, async () => token, { quick: true }));
		const previewed = await tellingOptions(options, previewProject(supervisely, request, { ...options, say, onClose }));
		if (options.json) console.log(JSON.stringify(previewed));
		else print(previewed);
		process.exitCode = previewed.videos.some(({ faults }) => faults.length > 0) ? 1 : 0;
	});

const say = (line: string): void => {
	if (process.stderr.isTTY) process.stderr.write(`${line}\n`);
};

/** Widths of the columns; with the separators, a line has 80 characters. */
const widths = [4, 22, 7, 7, 28];

const print = ({ videos, contactSheet, pictures, notes }: Preview): void => {
	const rows = videos.map(({ name, id, frames, chosen, byRule, notes: own, faults }, n) => {
		const rules = Object.entries(byRule).map(([rule, count]) => `${count} by ${rule}`);
		const remarks = [rules.join(', '), ...own, ...faults.map(fault => `fault: ${fault}`)].filter(Boolean);
		return [
			String(n + 1),
			printable(name ?? `video ${id}`),
			String(frames ?? ''),
			String(chosen),
			printable(remarks.join('; ')),
		];
	});
	const head = ['', 'video', 'frames', 'chosen', 'notes'];
	if (rows.length > 0) console.log(textTable(widths, [head, lineOf(widths), ...rows]));
	for (const note of notes) printLine(process.stdout, 'note', note);
	if (contactSheet) console.log(`${contactSheet}: ${pictures} pictures`);
	const timelines = videos.flatMap(({ timeline }) => timeline ?? []);
	const [first] = timelines;
	if (first !== undefined) console.log(`${timelines.length > 1 ? `${first} and ${timelines.length - 1} more` : first}`);
};

/** A text from the server for a terminal, without control characters. */
const printable = (text: string): string => text.replace(/\p{C}/gu, '?');
