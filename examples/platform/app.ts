import { App, Tags } from 'aws-cdk-lib';
import { configFor } from './config';
import { PlatformStack } from './platform-stack';

const app = new App();
const environment: string = app.node.tryGetContext('environment') ?? 'dev';

const stack = new PlatformStack(app, `CustomerDataPlatform-${environment}`, configFor(environment));
Tags.of(stack).add('environment', environment);
