// A pipeline for development, whose staging bucket is emptied and removed with the stack.
const { App, CfnOutput, RemovalPolicy, Stack } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const { DataQualityGate, DataQualityRule, DataQualityRules } = require('cdk-customer-data-platform');

const stack = new Stack(new App(), 'Development');
const gate = new DataQualityGate(stack, 'Gate', {
  bucket: new Bucket(stack, 'Landing'),
  rules: DataQualityRules.of(DataQualityRule.notNull('user_id')),
  removalPolicy: RemovalPolicy.DESTROY,
  autoDeleteObjects: true,
});
new CfnOutput(stack, 'StagingBucketName', { value: gate.stagingBucket.bucketName });
