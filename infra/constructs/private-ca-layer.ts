import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Where the layer's certificates are, below `/opt`. */
const file = join('certificates', 'private-ca.pem');

/** Path of the certificates in a function. */
export const privateCaPath = `/opt/${file}`;

/** A layer with the certificates of a private certificate authority, as text in PEM. */
export class PrivateCaLayer extends LayerVersion {
	constructor(scope: Construct, id: string, certificates: string) {
		super(scope, id, {
			code: Code.fromAsset(import.meta.dirname, {
				assetHash: createHash('sha256').update(`${file}\n${certificates}`).digest('hex'),
				assetHashType: AssetHashType.CUSTOM,
				bundling: {
					image: DockerImage.fromRegistry('unused'),
					local: {
						tryBundle: outputFolder => {
							mkdirSync(join(outputFolder, dirname(file)), { recursive: true });
							writeFileSync(join(outputFolder, file), certificates);
							return true;
						},
					},
				},
			}),
			description: 'Certificates of a private certificate authority',
		});
	}
}
