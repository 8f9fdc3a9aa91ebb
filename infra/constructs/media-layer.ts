import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildLayer, hostLayerFile, type LayerName, layerFingerprint, type Target } from '../../layers/build-layer.ts';

/**
 * A layer with one program or package that is machine code (see `layers/build-layer.ts`); `program` is the path of another.
 * For `host` it only names itself: the local stack builds it on the machine where it runs.
 */
export class MediaLayer extends LayerVersion {
	constructor(
		scope: Construct,
		id: string,
		props: { layer: LayerName; target: Target | 'host'; license: string; program?: string },
	) {
		const { layer, target, program } = props;
		super(scope, id, {
			code: Code.fromAsset(import.meta.dirname, {
				// The content follows from the lock file alone, so it is neither copied nor hashed to find that out.
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
			license: props.license,
		});
	}
}
