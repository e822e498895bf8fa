import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { limitInlinePolicies } from '../../src/dispatch/inline-policy-limit';
import { cleanStaging, stagedBy } from '../../src/dispatch/staging-bucket';

/** The classes of this copy are others, whose objects no `instanceof` knows. */
let s3: Pick<typeof import('aws-cdk-lib/aws-s3'), 'Bucket'>;
let iam: Pick<typeof import('aws-cdk-lib/aws-iam'), 'CfnPolicy' | 'CfnRole'>;
beforeAll(() => jest.isolateModules(() => {
  // A class is loaded when it is first asked for.
  const { Bucket } = jest.requireActual<typeof import('aws-cdk-lib/aws-s3')>('aws-cdk-lib/aws-s3');
  const { CfnPolicy, CfnRole } = jest.requireActual<typeof import('aws-cdk-lib/aws-iam')>('aws-cdk-lib/aws-iam');
  s3 = { Bucket };
  iam = { CfnPolicy, CfnRole };
}));

test('a staging bucket that another copy of aws-cdk-lib has made cleans itself', () => {
  const stack = new Stack(new App(), 'Test');
  const bucket = new s3.Bucket(stack as never, 'Bucket');
  cleanStaging(stack, bucket as unknown as IBucket, stagedBy('customers', false));

  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: { Rules: [Match.objectLike({ Prefix: 'staging/customers/' }), Match.objectLike({ Prefix: 'manifests/customers/' })] },
  });
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});

test('the limit of inline policies counts those of roles and policies that another copy of aws-cdk-lib has made', () => {
  const app = new App();
  const stack = new Stack(app, 'Test');
  const policyDocument = { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'x'.repeat(6_000) }] };
  const own = new iam.CfnRole(stack as never, 'Own', { assumeRolePolicyDocument: {}, policies: [{ policyName: 'own', policyDocument }] });
  new iam.CfnPolicy(stack as never, 'Attached', { policyName: 'attached', policyDocument, roles: [own.ref] });
  const role = Role.fromRoleName(stack, 'Role', own.ref);
  limitInlinePolicies(role, 'split it');

  expect(() => app.synth()).toThrow(/has 2 inline policies of about \d+ characters/);
});
