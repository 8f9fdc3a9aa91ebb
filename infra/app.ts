import { App, Tags } from 'aws-cdk-lib';
import { FramefanStack } from './stack.ts';

const app = new App({ analyticsReporting: false });
new FramefanStack(app, 'Framefan', {
	description: 'Samples Supervisely video projects into image projects',
	layersFor: app.node.tryGetContext('layersFor') === 'host' ? 'host' : 'deployment',
});
Tags.of(app).add('application', 'framefan');
app.synth();
