import type { ApiPorts } from './answer.ts';
import { startSampling } from './start-sampling.ts';

/**
 * Starts the standing sampling of a deployment. Its id comes from the scheduled time, so that a repeated event is the
 * same sampling.
 * @param standing a body of `POST /samplings` as JSON; empty when there is none
 */
export const startStandingSampling = async (ports: ApiPorts, standing: string, time: string): Promise<void> => {
	if (standing === '') return;
	await startSampling(ports, { ...(JSON.parse(standing) as object), clientToken: `standing-${time}` });
};
