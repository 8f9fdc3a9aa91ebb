import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnParameter } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { metricUnits } from '#shared/metrics.ts';
import { keys } from '#shared/sampling/keys.ts';
import { requestSchema } from '#shared/sampling/request.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { contextKeys } from '../../../infra/context-keys.ts';
import { settings } from '../../../infra/settings.ts';
import { FramefanStack } from '../../../infra/stack.ts';
import { commands } from './commands.ts';
import { namesIn, pages, pageText, repository, tableRows } from './pages.ts';

// Code isn't bundled: only what the stack names is looked at.
const stack = new FramefanStack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'Framefan', {
	layersFor: 'host',
});
const partsOf = <Part>(kind: new (...args: never[]) => Part): Part[] =>
	stack.node.findAll().filter((part): part is never => part instanceof kind);

test('docs/deploy.md has every parameter of the stack, and no other, with its default', () => {
	const parameters = partsOf(CfnParameter)
		.filter(({ node }) => node.id !== 'BootstrapVersion')
		.map(({ node, default: value }) => [`\`${node.id}\``, value === '' ? '(empty)' : `\`${value}\``]);
	expect(parameters.length).toBeGreaterThan(5);
	expect(withDefaults(/^`[A-Z]/)).toEqual(parameters.sort());
});

test('docs/deploy.md has every context key, and no other, with its default', () => {
	const keys = Object.entries(contextKeys).map(([key, { default: value }]) => [
		`\`${key}\``,
		value === '' ? '(empty)' : `\`${value}\``,
	]);
	expect(withDefaults(/^`[a-z]/)).toEqual(keys.sort());
});

/** The rows of docs/deploy.md that tell a default, without what they mean. */
const withDefaults = (named: RegExp): string[][] =>
	tableRows('docs/deploy.md', 3)
		.filter(([name = '', value = '']) => named.test(name) && /^(`|\(empty\))/.test(value))
		.map(row => row.slice(0, 2))
		.sort();

/** The names of options that stand in backticks. */
const flagsIn = (text: string): string[] => namesIn(text).flatMap(name => /^--[a-z-]+/.exec(name)?.[0] ?? []);

/** The first column of the tables of a text. */
const firstCells = (text: string): string => [...text.matchAll(/^\| (.+?) \|/gm)].map(([, cell]) => cell).join(' ');

test('docs/cli.md has every command with every option of it, and no other', async () => {
	const page = pageText('docs/cli.md');
	const known = await commands();
	expect(known.length).toBeGreaterThan(5);
	const sectionOf = (name: string): string =>
		page.split(/^(?=## )/m).find(section => new RegExp(`^## .*\\b${name}\\b`).test(section)) ?? '';
	const flags = new Set(['--debug']);
	for (const command of known) {
		const section = sectionOf(command.name());
		const told = flagsIn(firstCells(section));
		// What it has in common with another command is told there.
		const others = section.includes(`\`${command.name()}\` has the options of \`sample\``)
			? flagsIn(firstCells(sectionOf('sample')))
			: [];
		for (const { long } of command.options) {
			flags.add(long as string);
			expect([...told, ...others], `${command.name()} in docs/cli.md`).toContain(long);
		}
	}
	expect([...new Set(flagsIn(page))].sort()).toEqual([...flags].sort());
});

test('options that pages name exist', async () => {
	const flags = (await commands()).flatMap(command => command.options.map(({ long }) => long));
	const others = ['--debug', '--help', '--seeds', '--format', '--parameters'];
	for (const page of pages.filter(each => each !== 'docs/performance.md')) {
		const told = namesIn(pageText(page)).flatMap(name => /^--[a-z-]+/.exec(name)?.[0] ?? []);
		expect(
			told.filter(flag => !flags.includes(flag) && !others.includes(flag)),
			page,
		).toEqual([]);
	}
});

test('every setting and field of a request is documented', () => {
	const { source, destination } = requestSchema.shape;
	const fields = [
		...Object.keys(requestSchema.shape),
		...Object.keys(settingsSchema.shape).map(name => `settings.${name}`),
		...Object.keys(source.shape).map(name => `source.${name}`),
		...Object.keys(destination.unwrap().shape).map(name => `destination.${name}`),
	];
	const rows = tableRows('docs/api.md', 4).map(([name]) => name);
	expect(fields.filter(name => !rows.includes(`\`${name}\``))).toEqual([]);
});

describe('the state bucket in docs/architecture.md', () => {
	const rows = tableRows('docs/architecture.md', 6).filter(([key]) => key?.startsWith('`'));
	const at = { sampling: 'ID', attempt: 'N' as never };
	/** Arguments of a key, by the names of its parameters. */
	const values: Record<string, unknown> = {
		...{
			sampling: 'ID',
			node: 'NODE',
			images: 'IMAGES',
			cost: 'COST',
			child: 'CHILD',
			chunk: 'CHUNK',
			identity: 'WHAT',
			at,
		},
		...{
			project: 'PROJECT',
			dataset: 'DATASET',
			video: 'VIDEO',
			version: 'VERSION',
			fingerprint: 'FINGERPRINT',
			start: 'START',
			end: 'END',
			createdAt: new Date(0).toISOString(),
		},
	};
	const keyOf = (make: unknown): string => {
		if (typeof make === 'string') return make;
		const text = String(make);
		const names = /^\(?\s*\{/.test(text) ? ['at'] : (/^\(?([^)=]*)\)?\s*=>/.exec(text)?.[1] ?? '').split(',');
		const known = names.map(name => {
			expect(values, text).toHaveProperty(name.trim());
			return values[name.trim()];
		});
		return (make as (...given: unknown[]) => string)(...known).replace(/\d{15}/, 'TIME');
	};
	const all = Object.values(keys)
		.map(keyOf)
		// Others are what keys begin with.
		.filter(key => !/[/-]$/.test(key));

	test('every key is there, and no other', () => {
		expect(rows.map(([key]) => key).sort()).toEqual(all.map(key => `\`${key}\``).sort());
	});
	test('when each expires', () => {
		const [bucket] = partsOf(CfnBucket);
		const { rules } = stack.resolve(bucket?.lifecycleConfiguration) as {
			rules: { prefix?: string; expirationInDays?: number }[];
		};
		for (const [key = '', , , , , expires] of rows) {
			const rule = rules.find(
				({ prefix, expirationInDays }) => expirationInDays && key.slice(1).startsWith(`${prefix}`),
			);
			expect(expires, key).toBe(rule ? `${rule.expirationInDays} days` : 'never');
		}
	});
	test('what is created once is told so', () => {
		// Of what is called by its key in the code: `create(keys.x(`.
		const code = ['functions/api', 'functions/fan-out', 'functions/reduce', 'functions/shared/sampling'].flatMap(
			sources,
		);
		const created = new Set(code.flatMap(text => [...text.matchAll(/\.create\(keys\.(\w+)/g)].map(([, name]) => name)));
		expect(created.size).toBeGreaterThan(3);
		for (const name of created) {
			const key = keyOf(keys[name as keyof typeof keys]);
			expect(rows.find(([told]) => told === `\`${key}\``)?.[3], key).toMatch(/^create once/);
		}
	});
});

function sources(folder: string): string[] {
	const names = readdirSync(join(repository, folder)).filter(name => name.endsWith('.ts'));
	return names.map(name => readFileSync(join(repository, folder, name), 'utf8'));
}

test('numbers of docs/deploy.md are those of the settings', () => {
	const { api, fanOut, decode, reduce } = settings;
	const rows = tableRows('docs/deploy.md', 4);
	const at = (name: string) => rows.find(([first]) => first === name);
	for (const [name, { memoryMiB, timeout }] of Object.entries({ api, 'fan-out': fanOut, decode, reduce }))
		expect(at(name)?.slice(1, 3), name).toEqual([`${memoryMiB} MiB`, `${timeout.toSeconds()} s`]);
	for (const [name, { maxConcurrency }] of Object.entries({ 'fan-out': fanOut, decode, reduce }))
		expect(at(name)?.[3], name).toMatch(new RegExp(`^${maxConcurrency}\\b`));
	const times = new Map(tableRows('docs/deploy.md', 2).map(([what, time]) => [what, time]));
	const { messagesKept, deliveries, sweepEvery, stuckAfter, stateRetention } = settings;
	expect(times.get('a message waits in a queue')).toBe(`${messagesKept.toDays()} days`);
	expect(times.get('deliveries of a message')).toBe(String(deliveries));
	expect(times.get('the sweep for lost messages')).toBe(`every ${sweepEvery.toMinutes()} minutes`);
	expect(times.get('a silent sampling gets its steps again')).toBe(`after ${stuckAfter.toMinutes()} minutes`);
	expect(times.get('state in the bucket')).toMatch(new RegExp(`^${stateRetention.toDays()} days`));
});

test('docs/failures.md knows the reasons of faults', () => {
	const [, union = ''] =
		/export type FaultReason =([^;]+);/.exec(readFileSync(join(repository, 'functions/shared/errors.ts'), 'utf8')) ??
		[];
	const reasons = [...union.matchAll(/'([\w-]+)'/g)].map(([, reason]) => reason as string);
	const told = tableRows('docs/failures.md', 2).flatMap(([name = '']) => namesIn(name));
	expect(told.length).toBeGreaterThan(8);
	expect(told.filter(reason => !reasons.includes(reason))).toEqual([]);
});

test('docs/deploy.md has every metric of the functions, and no other', () => {
	const rows = tableRows('docs/deploy.md', 3).filter(([, unit]) =>
		/^(count|bytes|milliseconds|none)$/.test(unit as string),
	);
	const told = rows.flatMap(([names, unit]) => namesIn(names as string).map(name => [name, unit]));
	const known = Object.entries(metricUnits).map(([name, unit]) => [name, unit.toLowerCase()]);
	expect(told.sort()).toEqual(known.sort());
});
