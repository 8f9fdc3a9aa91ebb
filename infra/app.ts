import { App, Tags } from 'aws-cdk-lib';
import { FramefanError } from '../functions/shared/errors.ts';
import { readChoices } from './choices.ts';
import { FramefanStack } from './stack.ts';

const app = new App({ analyticsReporting: false });
try {
	new FramefanStack(app, readChoices(app.node).stackName, {
		description: 'Samples Supervisely video projects into image projects',
		layersFor: app.node.tryGetContext('layersFor') === 'host' ? 'host' : 'deployment',
	});
	Tags.of(app).add('application', 'framefan');
	app.synth();
} catch (error) {
	// For a refused choice the message is enough, without a stack trace.
	if (!(error instanceof FramefanError)) throw error;
	console.error(error.message);
	process.exitCode = 1;
}
