// An app with a custom resource that takes its time: CDK's Provider, with isComplete and its waiter.
const { App, CfnOutput, CustomResource, Duration, Stack } = require('aws-cdk-lib');
const { Code, Function, Runtime } = require('aws-cdk-lib/aws-lambda');
const { Provider } = require('aws-cdk-lib/custom-resources');

const app = new App();
const stack = new Stack(app, 'Waiting');
const handler = (id, code) => new Function(stack, id, {
  runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline(code),
});
const provider = new Provider(stack, 'Provider', {
  onEventHandler: handler('OnEvent', `exports.handler = async (event) => {
    console.log('asked to ' + event.RequestType);
    return { PhysicalResourceId: 'slow', Data: { Started: String(Date.now()) } };
  };`),
  isCompleteHandler: handler('IsComplete', `exports.handler = async (event) => {
    if (event.RequestType === 'Update' && event.ResourceProperties.Reason) throw new Error(event.ResourceProperties.Reason);
    const waited = Date.now() - Number(event.Data.Started);
    return waited < 1500 ? { IsComplete: false } : { IsComplete: true, Data: { Waited: String(waited) } };
  };`),
  queryInterval: Duration.seconds(1),
  totalTimeout: Duration.minutes(1),
});
const resource = new CustomResource(stack, 'Slow', {
  serviceToken: provider.serviceToken,
  properties: { Version: '1' },
});
new CfnOutput(stack, 'Waited', { value: resource.getAttString('Waited') });
app.synth();
