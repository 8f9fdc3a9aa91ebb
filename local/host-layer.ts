import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FramefanError } from '#shared/errors.ts';
import { buildLayer, hostLayerFile } from '../layers/build-layer.ts';
import { layerFingerprint } from '../layers/fingerprint.ts';
import type { LayerName } from '../layers/native-packages.ts';
import { hostTarget } from '../layers/target.ts';
import { cacheFolder, removeStale } from './cache-folder.ts';

/**
 * The folder of a layer for this machine, built the first time and kept by content.
 * @param asset folder of the layer's asset, which names the layer
 * @param ffmpeg path of the ffmpeg to use instead of the installed one
 * @throws FramefanError when that ffmpeg does not exist
 */
export function hostLayer(asset: string, ffmpeg: string | undefined): string {
	const { layer } = JSON.parse(readFileSync(join(asset, hostLayerFile), 'utf8')) as { layer: LayerName };
	const program = layer === 'ffmpeg' && ffmpeg ? ffmpeg : undefined;
	const folder = join(cacheFolder, `layer-${layer}-${fingerprint(layer, program).slice(0, 32)}`);
	if (existsSync(folder)) return folder;
	const making = `${folder}-${process.pid}`;
	rmSync(making, { recursive: true, force: true });
	mkdirSync(making, { recursive: true });
	buildLayer(layer, hostTarget, making, program);
	removeStale(`layer-${layer}-`);
	try {
		renameSync(making, folder);
	} catch (error) {
		// Another process may have built it meanwhile.
		rmSync(making, { recursive: true, force: true });
		if (!existsSync(folder)) throw error;
	}
	return folder;
}

/** Another ffmpeg is identified by its path, size and time, not by its content of a hundred megabytes. */
function fingerprint(layer: LayerName, program: string | undefined): string {
	if (program === undefined) return layerFingerprint(layer, hostTarget);
	if (!existsSync(program)) throw new FramefanError(`FFMPEG_PATH names ${program}, which does not exist`);
	const { size, mtimeMs } = statSync(program);
	return createHash('sha256').update(`${program} ${size} ${mtimeMs}`).digest('hex');
}
