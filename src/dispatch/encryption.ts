import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { sharedInStack } from './shared-in-stack';

/** Actions of a service that writes to something encrypted. */
const USE = ['kms:Decrypt', 'kms:GenerateDataKey*'];

/**
 * The key of a pipeline's topic and logs: the one given, else one for all pipelines of the stack, since each key costs a dollar a month.
 * It has to be a customer key: alarms cannot publish to a topic under `alias/aws/sns`, and log groups take no other.
 */
export function pipelineKey(scope: Construct, given: IKey | undefined, removalPolicy: RemovalPolicy): IKey {
  const stack = Stack.of(scope);
  const key = given ?? sharedInStack(scope, 'EncryptionKey', { removalPolicy }, () => new Key(scope, 'EncryptionKey', {
    description: `Notifications and logs of pipelines of ${stack.node.path}`,
    enableKeyRotation: true,
    removalPolicy,
  }));
  // Statements that are there already are not repeated. In a key's policy '*' is the key itself.
  key.addToResourcePolicy(new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com'), new ServicePrincipal('events.amazonaws.com')],
    actions: USE,
    resources: ['*'],
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  }));
  key.addToResourcePolicy(new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
    actions: ['kms:Encrypt', 'kms:ReEncrypt*', 'kms:DescribeKey', ...USE],
    resources: ['*'],
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
          service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  }));
  return key;
}
