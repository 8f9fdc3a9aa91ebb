import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ffmpegLayer } from './constructs/ffmpeg-layer.ts';
import { MediaLayer } from './constructs/media-layer.ts';
import { StageFunction } from './constructs/stage-function.ts';
import type { Deployment } from './deployment.ts';
import { reachOutside } from './reach-outside.ts';
import { settings } from './settings.ts';

/** The four functions. */
export type Stages = { api: StageFunction; fanOut: StageFunction; decode: StageFunction; reduce: StageFunction };

/** Makes the four functions, and the layers with their native code. */
export function makeStages(scope: Construct, deployment: Deployment): Stages {
	const ffmpeg = ffmpegLayer(scope, 'FfmpegLayer', deployment);
	const sharp = new MediaLayer(scope, 'SharpLayer', { layer: 'sharp', deployment, license: 'Apache-2.0 AND LGPL-3.0' });
	// Fan-out enqueues its own further messages, to a limited depth. Fan-out, decode and reduce also send deferred
	// messages to their own queue again.
	const recursiveLoop = RecursiveLoop.ALLOW;
	const stages = {
		api: new StageFunction(scope, 'Api', { stage: 'api', deployment, ...settings.api }),
		fanOut: new StageFunction(scope, 'FanOut', {
			...{ stage: 'fan-out', deployment, ...settings.fanOut },
			...{ layers: [ffmpeg], recursiveLoop },
		}),
		decode: new StageFunction(scope, 'Decode', {
			...{ stage: 'decode', deployment, ...settings.decode },
			...{ layers: [ffmpeg, sharp], recursiveLoop },
		}),
		reduce: new StageFunction(scope, 'Reduce', {
			...{ stage: 'reduce', deployment, ...settings.reduce },
			recursiveLoop,
		}),
	};
	reachOutside(scope, Object.values(stages), deployment.choices);
	return stages;
}
