import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import type { DescribedProject, Extent } from '#test/parity/described-project.ts';
import type { RunScript } from './sdk-environment.ts';

/** A run of the SDK's `sample_video_project`, or of its `sample_video` into a dataset. */
export type SdkRun =
	| { source: number; settings: object; into?: number; datasets?: number[] }
	| { video: number; settings: object; dataset: number };

export type SdkResult = { project: number; error: string | null };

export type FramefanResult = {
	state: string;
	destination: { id: number } | null;
	faults: { message: string; video?: { name: string }; frame?: number }[];
	stderr: string;
};

/** A Supervisely-compatible server, and both samplers at work on it. */
export type Samplers = {
	server: SuperviselyServer;
	folder: string;
	/** One process for all runs: the SDK draws the colours of its two tags once in each. */
	sdk(runs: SdkRun[]): Promise<SdkResult[]>;
	framefan(source: number, ...args: (string | number)[]): Promise<FramefanResult>;
	/** What the SDK reads of projects; with `resize` also what its `Annotation.resize` makes of their labels. */
	describe(projects: { id: number; resize?: Extent | undefined }[]): Promise<DescribedProject[]>;
	close(): Promise<void>;
};

export async function startSamplers(run: RunScript): Promise<Samplers> {
	const folder = await mkdtemp(join(tmpdir(), 'framefan-parity-'));
	const server = await startSuperviselyServer({ dataDir: join(folder, 'server') });
	const python = (script: string, ask: unknown) =>
		run(script, server.address, server.token, JSON.stringify(ask)) as Promise<Record<string, unknown>>;
	return {
		server,
		folder,
		sdk: async runs => (await python('sample_runs.py', runs)).runs as SdkResult[],
		framefan: async (source, ...args) => {
			const common = ['--server', server.address, '--project', String(source), '--data', join(folder, 'work')];
			const all = ['sample', '--json', ...common, ...args.map(String)];
			const { stdout, stderr } = await runFramefan(all, { SUPERVISELY_API_TOKEN: server.token });
			return { ...(lastJson(stdout) as Omit<FramefanResult, 'stderr'>), stderr };
		},
		describe: async projects => (await python('describe_projects.py', projects)).projects as DescribedProject[],
		close: async () => {
			await server.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}
