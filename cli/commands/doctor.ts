import type { Command } from 'commander';
import { type Check, checksTable, withoutSecretsIn } from '../doctor/check.ts';
import { checkDeployment } from '../doctor/deployment.ts';
import { checkStoredToken, checkSupervisely } from '../doctor/supervisely.ts';
import { checkMachine } from '../doctor/this-machine.ts';
import { apiExample } from '../open-api.ts';
import { checkAddress } from '../options.ts';

type DoctorOptions = { server?: string; api?: string; json?: boolean };

export function addDoctor(program: Command): void {
	program
		.command('doctor')
		.description('Checks for common problems, and says what to do; creates nothing')
		.option('--server <url>', 'address of a Supervisely server to check')
		.option('--api <url>', "URL of a deployment's HTTP API to check")
		.option('--json', 'prints one line of JSON instead of a table')
		.action(doctor);
}

const doctor = async ({ server, api, json }: DoctorOptions): Promise<void> => {
	if (server !== undefined) checkAddress('--server', server, 'https://app.supervisely.com');
	if (api !== undefined) checkAddress('--api', api, apiExample);
	const checks: Check[] = withoutSecretsIn([
		...(await checkMachine()),
		...(server === undefined ? [] : await checkSupervisely(server)),
		...(api === undefined ? [] : await checkDeployment(api)),
		...(server === undefined && api === undefined ? [checkStoredToken()] : []),
	]);
	const isWell = checks.every(({ state }) => state !== 'wrong');
	if (json) console.log(JSON.stringify({ ok: isWell, checks }));
	else console.log(checksTable(checks));
	process.exitCode = isWell ? 0 : 1;
};
