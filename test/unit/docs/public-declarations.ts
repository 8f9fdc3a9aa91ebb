import { join } from 'node:path';
import ts from 'typescript';
import { repository } from './pages.ts';

/** What a file exports: whether it is there at run time, its explanation, and the code of its examples. */
export type PublicDeclaration = { name: string; isValue: boolean; text: string; examples: string[] };

/** The exports of a file or of a file of declarations, with their TSDoc. */
export function publicDeclarations(file: string): PublicDeclaration[] {
	const path = join(repository, file);
	const config = ts.readConfigFile(join(repository, 'tsconfig.json'), ts.sys.readFile).config;
	const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
	const program = ts.createProgram([path], options);
	const checker = program.getTypeChecker();
	const source = program.getSourceFile(path);
	const module = source && checker.getSymbolAtLocation(source);
	return (module ? checker.getExportsOfModule(module) : []).map(exported => {
		const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
		return {
			name: exported.name,
			isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
			text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
			examples: symbol
				.getJsDocTags(checker)
				.filter(({ name }) => name === 'example')
				.map(({ text }) => ts.displayPartsToString(text).replaceAll(/^```\w*\n?/gm, '')),
		};
	});
}
