import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { allChoices, chosenTemplate } from '#test/chosen-template.ts';
import { pythonEnvironment } from '#test/python.ts';

/** Findings of cfn-lint that stay: the rule, the beginning of the place in the template, and why. */
const acknowledged: [rule: string, place: string, reason: string][] = [
	['I1022', 'Resources/', 'the CDK writes Fn::Join, which means the same as Fn::Sub'],
	['W3005', 'Resources/', 'the CDK names what a function depends on, also where a reference says so'],
];

type Finding = { Rule: { Id: string }; Location: { Path: (string | number)[] | null }; Message: string };

/** What cfn-lint finds in a template, for the regions named; its exit code says only that there is something. */
async function findings(python: string, template: object): Promise<{ rule: string; place: string; message: string }[]> {
	const folder = await mkdtemp(join(tmpdir(), 'framefan-cfn-lint-'));
	try {
		const file = join(folder, 'template.json');
		await writeFile(file, JSON.stringify(template));
		const options = ['--format', 'json', '--include-checks', 'I', '--regions', 'us-east-1', 'eu-central-1'];
		const output = await new Promise<string>((resolve, reject) => {
			execFile(join(dirname(python), 'cfn-lint'), ['--template', file, ...options], (error, stdout, stderr) =>
				stdout.startsWith('[') ? resolve(stdout) : reject(new Error(stderr || error?.message)),
			);
		});
		return (JSON.parse(output) as Finding[]).map(({ Rule, Location, Message }) => ({
			rule: Rule.Id,
			place: (Location.Path ?? []).join('/'),
			message: Message,
		}));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

test('cfn-lint finds nothing but what is acknowledged with a reason', async context => {
	const environment = await pythonEnvironment('cfn-lint', ['cfn-lint==1.58.0']);
	if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
	const { python } = environment;
	const templates = [chosenTemplate(), chosenTemplate(allChoices)].map(template => template.toJSON());
	const found = (await Promise.all(templates.map(template => findings(python, template)))).flat();
	const isBy = ({ rule, place }: (typeof found)[number]) =>
		acknowledged.findIndex(([known, where]) => rule === known && place.startsWith(where));
	expect(found.filter(finding => isBy(finding) < 0)).toEqual([]);
	const needed = new Set(found.map(isBy));
	expect(acknowledged.filter((_, at) => !needed.has(at))).toEqual([]);
	// It looks at what it is given.
	const [plain] = templates as [{ Resources: Record<string, { Properties: object }> }];
	const [first = ''] = Object.keys(plain.Resources);
	Object.assign(plain.Resources[first]?.Properties ?? {}, { Nonsense: 1 });
	expect((await findings(python, plain)).map(({ message }) => message).join()).toContain('Nonsense');
});
