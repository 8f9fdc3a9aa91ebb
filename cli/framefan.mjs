#!/usr/bin/env node
// The command `framefan`. Plain JavaScript, so that it runs before anything is compiled.
import module from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

// From Node 22.1 on.
module.enableCompileCache?.();

try {
	const { isBuilt } = await import('./is-built.mjs');
	const built = join(import.meta.dirname, '..', 'dist', 'cli.js');
	if (isBuilt(built, dirname(import.meta.dirname))) await import(pathToFileURL(built).href);
	else {
		const { register } = await import('tsx/esm/api');
		register();
		await import('./main.ts');
	}
} catch (error) {
	// The installation is incomplete, so not even the command's own error output can be loaded.
	console.error(`error: framefan cannot start: ${error.message.split('\n')[0]}`);
	if (process.argv.includes('--debug')) console.error(error);
	process.exitCode = 1;
}
