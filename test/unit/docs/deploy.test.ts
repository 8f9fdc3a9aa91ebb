import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sectionBlocks } from '#test/page-blocks.ts';
import { prices } from '../../../functions/shared/estimate/prices.ts';
import { contextKeys } from '../../../infra/context-keys.ts';
import formats from '../../bench/results/formats.json' with { type: 'json' };
import template from '../../infra/template.json' with { type: 'json' };
import { pageText, repository, tableRows } from './pages.ts';

type Resource = { Type: string; DeletionPolicy?: string };

const page = pageText('docs/deploy.md');
const resources = Object.entries(template.Resources as Record<string, Resource>);
const shell = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('\n');
const found = (pattern: RegExp): string[] => [...shell.matchAll(pattern)].map(([, name]) => name as string);

test('outputs, parameters and context keys in commands of docs/deploy.md exist', () => {
	const outputs = found(/\$\(output (\w+)\)/g);
	expect(outputs.sort()).toEqual(Object.keys(template.Outputs).sort());
	const parameters = found(/--parameters '?(\w+)=/g);
	expect(parameters.length).toBeGreaterThan(8);
	expect(parameters.filter(name => !Object.hasOwn(template.Parameters, name))).toEqual([]);
	const keys = found(/-c (\w+)=/g);
	expect(keys.length).toBeGreaterThan(5);
	expect(keys.filter(key => !Object.hasOwn(contextKeys, key))).toEqual([]);
	const token = template.Parameters.TokenParameter.Default;
	expect(new Set(found(/--name (\S+)/g))).toEqual(new Set([token]));
});

test('dead-letter queues of docs/deploy.md begin with the names of those of the stack', () => {
	const prefixes = found(/--queue-name-prefix Framefan-(\w+)/g);
	const others = [...page.matchAll(/`(\w+DeadLetters)`/g)].map(([, name]) => name as string);
	const named = new Set([...prefixes, ...others]);
	expect([...named].sort()).toEqual(['DecodingDeadLetters', 'PlanDeadLetters', 'ReportingDeadLetters']);
	for (const name of named) {
		const queues = resources.filter(([id, { Type }]) => Type === 'AWS::SQS::Queue' && id.startsWith(name));
		expect(queues, name).toHaveLength(1);
	}
});

test('what stays when the stack is removed is what docs/deploy.md removes by hand', () => {
	const kept = resources.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain').map(([, { Type }]) => Type);
	expect(kept).toEqual(['AWS::S3::Bucket']);
	expect(JSON.stringify(template.Resources)).not.toContain('VersioningConfiguration');
	const steps = sectionBlocks('docs/deploy.md', 'Remove everything').join('\n');
	expect(steps.indexOf('aws s3 rb --force "s3://$STATE_BUCKET"')).toBeGreaterThan(steps.indexOf('npx cdk destroy'));
	expect(steps.indexOf('npx framefan cancel')).toBeLessThan(steps.indexOf('npx cdk destroy'));
});

test('what docs/deploy.md removes of the bootstrapping is what the installed CDK makes', () => {
	const file = join(repository, 'node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml');
	const bootstrap = readFileSync(file, 'utf8');
	const qualifier = /Qualifier:[\s\S]*?Default: (\w+)/.exec(bootstrap)?.[1];
	expect(bootstrap).toMatch(/ cdk-\$\{Qualifier\}-assets-\$\{AWS::AccountId\}-\$\{AWS::Region\}$/m);
	expect(shell).toContain(`ASSETS=cdk-${qualifier}-assets-$(aws sts`);
	// The one that stays, with all versions.
	expect(bootstrap.match(/^ {4}DeletionPolicy: Retain$/gm)).toHaveLength(1);
	expect(bootstrap).toMatch(/VersioningConfiguration:\s+Status: Enabled/);
});

test('costs of docs/deploy.md are those of docs/performance.md, with both dates', () => {
	const measured = tableRows('docs/performance.md', 7).filter(([video]) => video === '1080p H.264');
	const quoted = measured.map(([, format, , gigabytes, lambda, requests, internet]) => {
		const sum = [lambda, requests, internet].reduce((total, each) => total + Number(each?.slice(1)), 0);
		return [format, gigabytes, lambda, requests, internet, `$${sum.toFixed(2)}`];
	});
	expect(quoted).toHaveLength(3);
	expect(tableRows('docs/deploy.md', 6).filter(([, gigabytes]) => /^\d+$/.test(gigabytes ?? ''))).toEqual(quoted);
	expect(page).toContain(`The figures were measured on ${formats.date} and are those of [performance.md]`);
	expect(page).toContain(`the prices are those of ${prices.region} on ${prices.asOf}`);
});
