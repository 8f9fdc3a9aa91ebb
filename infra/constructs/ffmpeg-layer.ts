import { type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Deployment } from '../deployment.ts';
import { MediaLayer } from './media-layer.ts';

/** Where the layer's ffmpeg is in a function. By its name alone, another one would be found first, if there is one. */
export const ffmpegPath = '/opt/bin/ffmpeg';

/**
 * The layer with ffmpeg: the one installed with the package, or that of the context value `ffmpeg`: the path of a build
 * for the target platform, or the ARN of a layer with `bin/ffmpeg`.
 */
export function ffmpegLayer(scope: Construct, id: string, deployment: Deployment): ILayerVersion {
	const { ffmpeg: chosen } = deployment.choices;
	if (chosen?.startsWith('arn:')) return LayerVersion.fromLayerVersionArn(scope, id, chosen);
	// Another build may have another licence.
	const program = chosen === undefined ? { license: 'GPL-3.0-or-later' } : { program: chosen };
	return new MediaLayer(scope, id, { layer: 'ffmpeg', deployment, ...program });
}
