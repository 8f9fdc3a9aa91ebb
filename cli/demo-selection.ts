import { Command } from 'commander';
import { requestSchema } from '#shared/sampling/request.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { previewProject } from './preview/preview-project.ts';
import { addRequestOptions, type RequestOptions, toRequest } from './request-options.ts';

/** Two rules: 3 frames spread over each video, and one with the ball, which appears late. 4 fill a row of the sheet. */
const selection = ['--count', '3', '--class', 'ball', '--per-class', '1'];

/** Enough for all chosen frames of all videos; `minutes` has no effect without quality rules. */
const most = { pictures: 16, videos: 4, minutes: 1 };

/** A selection of the demo and the pictures that show it. */
export type DemoSelection = {
	/** Options of the command line that select the same. */
	options: string;
	contactSheet: string | null;
	/** One for each video. */
	timelines: string[];
	faults: string[];
};

/**
 * Previews a selection of the demo project, as `framefan preview` does: nothing is created on the server.
 * @param out folder of the pictures
 * @param onClose called with what to close in the end
 */
export async function previewDemo(
	{ address, token }: { address: string; token: string },
	project: number,
	out: string,
	onClose: (close: () => unknown) => void,
): Promise<DemoSelection> {
	const supervisely = makeSuperviselyApi(connectSupervisely(address, async () => token, { quick: true }));
	const request = requestSchema.parse(toRequest(parseOptions(project)));
	const { contactSheet, videos } = await previewProject(supervisely, request, { out, ...most, say: () => {}, onClose });
	return {
		options: selection.join(' '),
		contactSheet,
		timelines: videos.flatMap(({ timeline }) => timeline ?? []),
		faults: videos.flatMap(({ faults }) => faults),
	};
}

/** Parses the options as the command does, so that the printed options are the ones that were used. */
const parseOptions = (project: number): RequestOptions =>
	addRequestOptions(new Command())
		.parse(['--project', String(project), ...selection], { from: 'user' })
		.opts<RequestOptions>();
