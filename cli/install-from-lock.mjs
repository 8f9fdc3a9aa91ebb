// Runs before `npm start` and `npm test`: installs from the lock file where that has not been done yet.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
if (!existsSync(join(repository, 'node_modules', '.package-lock.json'))) {
	console.error('Installing dependencies (npm ci) …');
	const { status } = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], {
		cwd: repository,
		stdio: ['ignore', 2, 2],
		shell: process.platform === 'win32',
	});
	process.exit(status ?? 1);
}
