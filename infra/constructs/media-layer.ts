import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { buildLayer, type LayerName, layerFingerprint, type Target } from '../../layers/build-layer.ts';

/** A layer with one program or package that is machine code (see `layers/build-layer.ts`); `program` is the path of another. */
export class MediaLayer extends LayerVersion {
	constructor(
		scope: Construct,
		id: string,
		props: { layer: LayerName; target: Target; license: string; program?: string },
	) {
		super(scope, id, {
			code: Code.fromAsset(import.meta.dirname, {
				// The content follows from the lock file alone, so it is neither copied nor hashed to find that out.
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
