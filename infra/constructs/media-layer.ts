import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildLayer, type LayerName, layerFingerprint, type Target } from '../../layers/build-layer.ts';

/** A layer with a native program or package (see `layers/build-layer.ts`); `program`: path of another build. */
export class MediaLayer extends LayerVersion {
	constructor(
		scope: Construct,
		id: string,
		props: { layer: LayerName; target: Target; license: string; program?: string },
	) {
		super(scope, id, {
			code: Code.fromAsset(import.meta.dirname, {
				// The content is determined by the lock file, so it is neither copied nor hashed.
				assetHash: layerFingerprint(props.layer, props.target, props.program),
				assetHashType: AssetHashType.CUSTOM,
				bundling: {
					image: DockerImage.fromRegistry('unused'),
					local: {
						tryBundle: outputFolder => {
							buildLayer(props.layer, props.target, outputFolder, props.program);
							return true;
						},
					},
				},
			}),
			description: `${props.layer} for ${props.target.platform}-${props.target.arch}`,
			license: props.license,
		});
	}
}
