import { type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Target } from '../../layers/build-layer.ts';
import { MediaLayer } from './media-layer.ts';

/** Where the layer's ffmpeg is in a function. By its name alone, another one would be found first, if there is one. */
export const ffmpegPath = '/opt/bin/ffmpeg';

/**
 * The layer with ffmpeg: the one installed with the package, or that of the context value `ffmpeg`: the path of a build
 * for the target platform, or the ARN of a layer with `bin/ffmpeg`.
 */
export function ffmpegLayer(scope: Construct, id: string, target: Target | 'host'): ILayerVersion {
	const chosen: unknown = scope.node.tryGetContext('ffmpeg');
	if (typeof chosen === 'string' && chosen.startsWith('arn:'))
		return LayerVersion.fromLayerVersionArn(scope, id, chosen);
	const program = typeof chosen === 'string' && chosen !== '' ? { program: chosen } : {};
	return new MediaLayer(scope, id, { layer: 'ffmpeg', target, license: 'GPL-3.0-or-later', ...program });
}
