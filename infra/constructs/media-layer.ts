import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildLayer, hostLayerFile } from '../../layers/build-layer.ts';
import { checkProgram } from '../../layers/ffmpeg-program.ts';
import { layerFingerprint } from '../../layers/fingerprint.ts';
import type { LayerName } from '../../layers/native-packages.ts';
import type { Deployment } from '../deployment.ts';

/**
 * A layer with a native program or package (see `layers/build-layer.ts`); `program`: path of another build. For `host` it
 * only has its name: the local stack builds it on the machine where it runs.
 */
export class MediaLayer extends LayerVersion {
	constructor(
		scope: Construct,
		id: string,
		props: {
			layer: LayerName;
			deployment: Pick<Deployment, 'architecture' | 'target'>;
			license?: string;
			program?: string;
		},
	) {
		const { layer, program } = props;
		const { architecture, target } = props.deployment;
		if (program !== undefined && target !== 'host') checkProgram(program, target);
		super(scope, id, {
			code: Code.fromAsset(import.meta.dirname, {
				// The content is determined by the lock file, so it is neither copied nor hashed.
				assetHash: target === 'host' ? `${layer}-for-host` : layerFingerprint(layer, target, program),
				assetHashType: AssetHashType.CUSTOM,
				bundling: {
					image: DockerImage.fromRegistry('unused'),
					local: {
						tryBundle: outputFolder => {
							if (target === 'host') writeFileSync(join(outputFolder, hostLayerFile), JSON.stringify({ layer }));
							else buildLayer(layer, target, outputFolder, program);
							return true;
						},
					},
				},
			}),
			description: `${layer} for ${target === 'host' ? target : `${target.platform}-${target.arch}`}`,
			...(props.license === undefined ? {} : { license: props.license }),
			compatibleArchitectures: [architecture],
		});
	}
}
