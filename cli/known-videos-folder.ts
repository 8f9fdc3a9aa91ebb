import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Where the local samplings of a data folder keep the indexes of the videos of a Supervisely server. */
export function knownVideosFolder(data: string, server: string): string {
	return join(data, `videos-${createHash('sha256').update(new URL(server).origin).digest('hex').slice(0, 12)}`);
}
