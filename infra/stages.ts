import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Target } from '../layers/build-layer.ts';
import { ffmpegLayer } from './constructs/ffmpeg-layer.ts';
import { MediaLayer } from './constructs/media-layer.ts';
import { StageFunction } from './constructs/stage-function.ts';
import { settings } from './settings.ts';

/** The four functions. */
export type Stages = { api: StageFunction; fanOut: StageFunction; decode: StageFunction; reduce: StageFunction };

/** Makes the four functions, and the layers with their native code. */
export function makeStages(scope: Construct, target: Target | 'host'): Stages {
	const ffmpeg = ffmpegLayer(scope, 'FfmpegLayer', target);
	const sharp = new MediaLayer(scope, 'SharpLayer', { layer: 'sharp', target, license: 'Apache-2.0 AND LGPL-3.0' });
	const { architecture } = settings;
	// Fan-out enqueues its own further messages, to a limited depth. It, decode and reduce also send deferred messages to
	// their own queue again.
	const recursiveLoop = RecursiveLoop.ALLOW;
	return {
		api: new StageFunction(scope, 'Api', { stage: 'api', architecture, ...settings.api }),
		fanOut: new StageFunction(scope, 'FanOut', {
			...{ stage: 'fan-out', architecture, ...settings.fanOut },
			...{ layers: [ffmpeg], recursiveLoop },
		}),
		decode: new StageFunction(scope, 'Decode', {
			...{ stage: 'decode', architecture, ...settings.decode },
			...{ layers: [ffmpeg, sharp], recursiveLoop },
		}),
		reduce: new StageFunction(scope, 'Reduce', {
			...{ stage: 'reduce', architecture, ...settings.reduce },
			recursiveLoop,
		}),
	};
}
