import { defineConfig } from 'vitest/config';

/** Suites, by what they need: `unit` and `infra` need nothing, `video` generates its files, `pipeline` and `scenarios` run real processes on loopback, `slow` waits for what gives up, `runtime` has Lambda's own runtime. */
const suite = (name: string, timeoutSeconds: number) => ({
	test: {
		name,
		include: [`test/${name}/**/*.test.ts`],
		environment: 'node' as const,
		testTimeout: timeoutSeconds * 1000,
		hookTimeout: timeoutSeconds * 1000,
	},
});

/** Of suites with whole runs. */
const globalSetup = ['test/support/build-what-is-old.mjs', 'test/support/own-temporary-folder.mjs'];

export default defineConfig({
	test: {
		projects: [
			{ test: { ...suite('unit', 30).test, isolate: false } },
			{ test: { ...suite('infra', 120).test, isolate: false } },
			suite('video', 60),
			// Not isolated, since their files share a stack: test/support/deployment.ts.
			{ test: { ...suite('pipeline', 300).test, globalSetup, isolate: false } },
			{ test: { ...suite('scenarios', 300).test, globalSetup, isolate: false } },
			{ test: { ...suite('parity', 600).test, fileParallelism: false } },
			{ test: { ...suite('slow', 600).test, globalSetup, fileParallelism: false } },
			{ test: { ...suite('runtime', 300).test, fileParallelism: false } },
		],
		maxWorkers: 2,
		// `npm run synth` checks the template by the CDK's rules: once for each template of a test would take minutes.
		env: { CDK_VALIDATION: 'false' },
		coverage: {
			include: ['functions/**/*.ts', 'library/**/*.ts', 'demo/server/**/*.ts'],
			exclude: ['**/png/assembly/**', '**/png/built/**'],
			reporter: ['text-summary'],
			thresholds: { statements: 80, branches: 67, functions: 84, lines: 83 },
			reportsDirectory: 'node_modules/.cache/framefan/coverage',
		},
	},
});
