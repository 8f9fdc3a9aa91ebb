import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { commands } from './commands.ts';
import { type CodeBlock, codeBlocks, pages, repository } from './pages.ts';
import { publicDeclarations } from './public-declarations.ts';

const blocks = pages.flatMap(codeBlocks);

/** Files that are no samples, parsed once for all programs. */
const parsed = new Map<string, ts.SourceFile | undefined>();

/** What the compiler says of samples, each a file of its own at the root of the repository. */
function problemsIn(samples: CodeBlock[]): string[] {
	const config = ts.readConfigFile(join(repository, 'tsconfig.json'), ts.sys.readFile).config;
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
	const files = new Map(samples.map((sample, n) => [join(repository, `sample-${n}.ts`), sample]));
	const all: ts.CompilerOptions = {
		...options,
		noUnusedLocals: false,
		// The package by its name, without having been built.
		paths: { framefan: [join(repository, 'library/index.ts')] },
	};
	const host = ts.createCompilerHost(all);
	const { fileExists, readFile, getSourceFile } = host;
	host.fileExists = name => files.has(name) || fileExists(name);
	host.readFile = name => files.get(name)?.code ?? readFile(name);
	host.getSourceFile = (name, version, ...rest) => {
		const sample = files.get(name);
		if (sample) return ts.createSourceFile(name, sample.code, version);
		if (!parsed.has(name)) parsed.set(name, getSourceFile.call(host, name, version, ...rest));
		return parsed.get(name);
	};
	const program = ts.createProgram([...files.keys()], all, host);
	return [...files].flatMap(([name, { page, line }]) =>
		ts.getPreEmitDiagnostics(program, program.getSourceFile(name)).map(({ start = 0, file, messageText }) => {
			const at = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + line + 1;
			return `${page}:${at}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
		}),
	);
}

test('TypeScript samples compile, each by itself', () => {
	const samples = blocks.filter(({ language }) => language === 'ts');
	expect(samples.length).toBeGreaterThan(3);
	expect(problemsIn(samples)).toEqual([]);
	const wrong = { page: 'a.md', line: 7, language: 'ts', code: "import { nothing } from 'framefan';\nnothing();\n" };
	expect(problemsIn([wrong])).toEqual([expect.stringMatching(/^a\.md:8: .*no exported member 'nothing'/)]);
}, 120_000);

const declared = publicDeclarations('library/index.ts');

test('each public function and class of the library has a comment and an example that compiles', () => {
	const declarations = declared.filter(({ isValue }) => isValue);
	expect(declarations.map(({ name }) => name)).toContain('sampleVideoProject');
	expect(declarations.filter(({ text, examples }) => !text || examples.length !== 1)).toEqual([]);
	const examples = declarations.flatMap(({ name, examples }) => examples.map(code => ({ name, code })));
	for (const { name, code } of examples) expect(code, name).toMatch(new RegExp(`\\b${name}\\(|instanceof ${name}\\b`));
	const samples = examples.map(({ name, code }) => ({ page: name, line: 0, language: 'ts', code }));
	expect(problemsIn(samples)).toEqual([]);
}, 120_000);

test('each public type of the library is explained', () => {
	const types = declared.filter(({ isValue }) => !isValue);
	expect(types.length).toBeGreaterThan(5);
	expect(types.filter(({ text }) => !text)).toEqual([]);
});

test('framefan commands in shell samples have commands and options that exist', async () => {
	const known = await commands();
	const lines = blocks
		.filter(({ language }) => language === 'sh')
		.flatMap(({ page, code }) =>
			code
				.replaceAll(/\\\n\s*/g, '')
				.split('\n')
				.map(line => ({ page, line })),
		);
	const calls = lines.flatMap(({ page, line }) => {
		const [, text] = /(?:npx framefan|npm start --) (.+?)(?:\s+[#|].*)?$/.exec(line) ?? [];
		return text === undefined ? [] : [{ page, line, words: text.split(/\s+/) }];
	});
	expect(calls.length).toBeGreaterThan(8);
	for (const { page, line, words } of calls) {
		const name = line.startsWith('npm start') ? 'demo' : (words[0] as string);
		const command = known.find(each => each.name() === name);
		expect(command, `${page}: ${line}`).toBeDefined();
		const flags = command?.options.map(({ long }) => long);
		for (const word of words.filter(each => each.startsWith('--'))) expect(flags, `${page}: ${line}`).toContain(word);
	}
});
