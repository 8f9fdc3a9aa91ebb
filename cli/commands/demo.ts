import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FramefanError } from '#shared/errors.ts';
import type { SamplingStatus } from '../../functions/api/schemas.ts';
import { lockDataFolder } from '../data-folder.ts';
import type { DemoSelection } from '../demo-selection.ts';
import { folderName } from '../options.ts';
import { printLine } from '../print-line.ts';
import { showProgress } from '../progress.ts';
import { abandonRun, openRun } from '../run-token.ts';
import { closingAll, goesOn as tellGoesOn } from '../shutdown.ts';

type DemoOptions = { data: string; fresh?: boolean; json?: boolean };

/** The output of `--json`, stored to print it again. */
type DemoResult = Pick<
	SamplingStatus,
	'state' | 'videos' | 'framesPlanned' | 'framesUploaded' | 'framesAlreadyThere' | 'labels' | 'faults' | 'notes'
> & {
	seconds: number;
	framesPerSecond: number;
	project: string;
	contactSheet: string;
	/** Absent until the selection is previewed, after the images are written. */
	selection?: DemoSelection;
};

export function addDemo(program: Command): void {
	program
		.command('demo')
		.description('Generates a video project, samples it on this machine and prints the result (npm start)')
		.option('--data <folder>', 'folder for all data', folderName, join('.framefan', 'demo'))
		.option('--fresh', 'starts over')
		.option('--json', 'prints one line of JSON at the end')
		.action(demo);
}

const demo = (options: DemoOptions): Promise<void> =>
	closingAll(async onClose => {
		const data = resolve(options.data);
		onClose(lockDataFolder(data));
		const abandoned = options.fresh ? abandonRun(data) : undefined;
		if (options.fresh)
			for (const name of ['server', 'stack', 'result', 'result.json', 'seconds'])
				rmSync(join(data, name), { recursive: true, force: true });

		say('Sampling a video project into an image project on this machine.');
		const { makeDemoProject } = await import('#demo/project/make-project.ts');
		const { startSuperviselyServer } = await import('#demo/server/server.ts');
		const { sampleOnLocalStack } = await import('../sample-on-local-stack.ts');
		const folder = await makeDemoProject(data, ({ name, frames }) => say(`generating ${name} (${frames} frames)`));
		const server = await startSuperviselyServer({ dataDir: join(data, 'server') });
		onClose(() => server.close());
		const source = await server.importVideoProject(folder, { name: 'demo' });
		const { clientToken, goesOn } = openRun(data);
		const { status, seconds } = await sampleOnLocalStack({
			dataDir: data,
			server: server.address,
			token: server.token,
			request: { source: { projectId: source.id }, clientToken },
			goesOn,
			abandoned,
			framesPerChunk: 100,
			progress: showProgress(),
			onClose,
		});
		if (status.state === 'failed' || !status.destination)
			throw new FramefanError(status.reason ?? `The sampling ${status.state}`);
		const kept = readResult(data);
		const sampled = kept ?? (await finish(data, status, seconds, server.exportImagesProject));
		if (kept) say('Already completed; npm start -- --fresh starts over.');
		// The main result does not wait for the selection.
		if (!options.json) printResult(sampled);
		const selection = sampled.selection ?? (await showSelection(data, server, source.id, onClose));
		const result = { ...sampled, selection };
		keepResult(data, result);
		if (options.json) console.log(JSON.stringify(result));
		else printSelection(selection);
		process.exitCode = result.state === 'completed' && selection.faults.length === 0 ? 0 : 1;
	}, tellGoesOn);

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const finish = async (
	data: string,
	status: SamplingStatus,
	seconds: number,
	exportImagesProject: (project: number, folder: string) => Promise<void>,
): Promise<DemoResult> => {
	const project = join(data, 'result', 'project');
	const contactSheet = join(data, 'result', 'contact-sheet.png');
	mkdirSync(join(data, 'result'), { recursive: true });
	await exportImagesProject(status.destination?.id as number, project);
	const { drawContactSheet } = await import('#demo/contact-sheet/contact-sheet.ts');
	await drawContactSheet(project, contactSheet, 4);
	const { state, videos, framesPlanned, framesUploaded, framesAlreadyThere, labels, faults, notes } = status;
	const result = {
		...{ state, videos, framesPlanned, framesUploaded, framesAlreadyThere, labels, faults, notes },
		seconds,
		framesPerSecond: Math.round((framesUploaded / seconds) * 10) / 10,
		project,
		contactSheet,
	};
	keepResult(data, result);
	return result;
};

const showSelection = async (
	data: string,
	server: { address: string; token: string },
	project: number,
	onClose: (close: () => unknown) => void,
): Promise<DemoSelection> => {
	const { previewDemo } = await import('../demo-selection.ts');
	return previewDemo(server, project, join(data, 'result', 'selection'), onClose);
};

const keepResult = (data: string, result: DemoResult): void =>
	writeFileSync(join(data, 'result.json'), JSON.stringify(result));

const readResult = (data: string): DemoResult | undefined => {
	const file = join(data, 'result.json');
	return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoResult) : undefined;
};

const printResult = (result: DemoResult): void => {
	console.log(`
  state          ${result.state}
  videos         ${result.videos}
  frames         ${result.framesUploaded} uploaded, ${result.framesAlreadyThere} already there, of ${result.framesPlanned} planned
  labels         ${result.labels}
  faults         ${result.faults.length}
  time           ${result.seconds} s (${result.framesPerSecond} frames/s)
  project        ${result.project}
  contact sheet  ${result.contactSheet}
`);
	for (const { reason, message } of result.faults.slice(0, 10))
		printLine(process.stdout, '  fault', `${reason}: ${message}`);
};

const printSelection = ({ options, contactSheet, faults }: DemoSelection): void => {
	console.log(`\
  a selection    ${options}
  contact sheet  ${contactSheet}

  Such pictures of your own project: npx framefan preview --help
`);
	for (const fault of faults.slice(0, 10)) printLine(process.stdout, '  fault', fault);
};
