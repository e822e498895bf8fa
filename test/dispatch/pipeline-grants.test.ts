import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountPrincipal, AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { SchemaEvolvingCsvLoader } from '../../src';
import { newLoader, newStack, resources, rightsOf } from '../csv-loading/helpers';
import { newGate } from '../quality/helpers';

const newGrantee = (stack: Stack): Role => new Role(stack, 'Operator', { assumedBy: new AccountRootPrincipal() });
const bucketOf = (stack: Stack, encryptionKey?: Key): Bucket => new Bucket(stack, 'Landing', { encryptionKey });

/** What an operator may do after a grant of the loader. */
function granted(grant: (loader: SchemaEvolvingCsvLoader, operator: Role) => unknown, encrypted = false): string[] {
  const stack = newStack();
  const loader = newLoader({ prefix: 'customers/', bucket: bucketOf(stack, encrypted ? new Key(stack, 'Key') : undefined) }, stack);
  grant(loader, newGrantee(stack));
  return rightsOf(Template.fromStack(stack), 'OperatorDefaultPolicy');
}

const JOB = 'arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:job/${CustomersJob}';
const START = `glue:StartJobRun glue:GetJobRun glue:GetJobRuns on ${JOB}`;
const KEY = 'kms:Decrypt kms:Encrypt kms:ReEncrypt* kms:GenerateDataKey* on ${Key.Arn}';

test('an uploader may drop files under the prefix, and nothing else', () => {
  expect(granted((loader, operator) => loader.grantUpload(operator))).toEqual(['s3:PutObject s3:AbortMultipartUpload on ${Landing.Arn}/customers/*']);
});

test("an uploader of another account gets the right by the bucket's policy", () => {
  const stack = newStack();
  newLoader({ prefix: 'customers/', bucket: bucketOf(stack) }, stack).grantUpload(new AccountPrincipal('210987654321'));
  const [{ Properties }] = resources(Template.fromStack(stack), 'AWS::S3::BucketPolicy', 'Landing');
  expect(Properties.PolicyDocument.Statement).toEqual([expect.objectContaining({
    Effect: 'Allow', Action: ['s3:PutObject', 's3:AbortMultipartUpload'], Principal: { AWS: expect.anything() },
  })]);
});

test('who may start runs may follow them too', () => {
  expect(granted((loader, operator) => loader.grantStartRuns(operator))).toEqual([START]);
});

test('who may replay corrects what was set aside, puts it back and starts the job', () => {
  expect(granted((loader, operator) => loader.grantReplay(operator))).toEqual([
    's3:ListBucket on ${Landing.Arn} (error/customers/* quarantine/customers/*)',
    's3:GetObject s3:GetObjectTagging on ${Landing.Arn}/error/customers/* ${Landing.Arn}/quarantine/customers/*',
    's3:PutObject s3:PutObjectTagging s3:AbortMultipartUpload on ${Landing.Arn}/quarantine/customers/* ${Landing.Arn}/customers/*',
    START,
  ]);
});

test.each(['grantUpload', 'grantReplay'] as const)("%s opens the bucket's key", (grant) => {
  expect(granted((loader, operator) => loader[grant](operator), true)).toContain(KEY);
  expect(granted((loader, operator) => loader[grant](operator)).join()).not.toContain('kms:');
});

test('a grant says whether it did something, as those of the CDK do', () => {
  const stack = newStack();
  const loader = newLoader({ prefix: 'customers/', bucket: bucketOf(stack) }, stack);
  expect(loader.grantReplay(newGrantee(stack)).success).toBe(true);
  expect(loader.grantReplay(new AccountPrincipal('210987654321')).success).toBe(false);
});

test('a gate grants the same, at its own prefixes', () => {
  const stack = newStack();
  const gate = newGate({ prefix: 'in/' }, stack);
  const operator = newGrantee(stack);
  gate.grantUpload(operator);
  gate.grantReplay(operator);
  expect(rightsOf(Template.fromStack(stack), 'OperatorDefaultPolicy')).toEqual([
    's3:PutObject s3:AbortMultipartUpload on ${Landing.Arn}/in/*',
    's3:ListBucket on ${Landing.Arn} (error/in/* quarantine/in/*)',
    's3:GetObject s3:GetObjectTagging on ${Landing.Arn}/error/in/* ${Landing.Arn}/quarantine/in/*',
    's3:PutObject s3:PutObjectTagging s3:AbortMultipartUpload on ${Landing.Arn}/quarantine/in/* ${Landing.Arn}/in/*',
    expect.stringMatching(/^glue:StartJobRun/),
  ]);
});
