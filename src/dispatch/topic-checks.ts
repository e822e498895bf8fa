import { Annotations, CfnResource, Stack, Token } from 'aws-cdk-lib';
import { IAlias, IKey } from 'aws-cdk-lib/aws-kms';
import { CfnTopic, ITopic } from 'aws-cdk-lib/aws-sns';
import { IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Where messages go, and what encrypts them. */
export interface UsedTopicAndKey {
  readonly notificationTopic?: ITopic;
  readonly encryptionKey?: IKey;
}

const OPENED_TO_ALARMS = 'cloudwatch.amazonaws.com use it (kms:Decrypt and kms:GenerateDataKey*), else alarms are lost';

/** Throws ConfigurationError for a topic that alarms cannot publish to, and warns of one whose rights are its owner's. */
export function checkTopic(scope: IConstruct, topic: ITopic | undefined): void {
  if (!topic) {
    return;
  }
  const resource = ownResource(topic, 'AWS::SNS::Topic') as CfnTopic | undefined;
  // CloudWatch API reference, PutMetricAlarm: alarms publish without the MessageGroupId that a FIFO topic asks for (SNS API reference, Publish).
  if (topic.fifo || (!Token.isUnresolved(topic.topicArn) && topic.topicArn.endsWith('.fifo'))) {
    throw new ConfigurationError(
      `notificationTopic '${topic.node.path}' is a FIFO topic, but a standard topic is allowed, since alarms cannot publish to the others; use one, and subscribe to it what needs the messages`,
      scope,
    );
  }
  if (isKeyOfAws(topic, resource?.kmsMasterKeyId ?? topic.masterKey?.keyArn)) {
    throw new ConfigurationError(
      `notificationTopic '${topic.node.path}' is encrypted with alias/aws/sns, which alarms may not use and whose policy nobody can change; encrypt it with a Key`
      + ', leave the encryption out, or leave out the topic for a new one',
      scope,
    );
  }
  if (!resource) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:policyOfImportedTopic',
      `notificationTopic '${topic.node.path}' is imported, and its policy is left alone; let cloudwatch.amazonaws.com do sns:Publish to it`
      + ' and, if it is encrypted, import it with keyArn and open its key to that service (kms:Decrypt and kms:GenerateDataKey*), else alarms are lost',
    );
  } else {
    checkKey(scope, `the key of notificationTopic '${topic.node.path}'`, topic.masterKey, OPENED_TO_ALARMS);
  }
}

/** Throws ConfigurationError for a key of AWS's own, and warns of one whose policy is its owner's. */
export function checkKey(scope: IConstruct, what: string, key: IKey | undefined, needed: string): void {
  if (!key) {
    return;
  }
  // KMS developer guide, "AWS managed keys": their policies, which name one service each, cannot be changed.
  if (isKeyOfAws(key, key.keyArn)) {
    throw new ConfigurationError(`${what} '${key.node.path}' is a key of AWS's own, which other services may not use and whose policy nobody can change; pass a Key, or leave it out`, scope);
  }
  const target = ownResource(key, 'AWS::KMS::Alias') ? (key as IAlias).aliasTargetKey : key;
  if (!ownResource(target, 'AWS::KMS::Key')) {
    Annotations.of(scope).addWarningV2('cdk-customer-data-platform:policyOfImportedKey', `${what} is imported, and its policy is left alone; let ${needed}`);
  }
}

/** The CloudFormation resource of a construct that this app makes; undefined for an imported one. */
function ownResource(construct: IConstruct, type: string): CfnResource | undefined {
  const resource = construct.node.defaultChild;
  return resource && CfnResource.isCfnResource(resource) && resource.cfnResourceType === type ? resource : undefined;
}

/** Whether a key is one that AWS manages: only such keys have these aliases (KMS developer guide, "Aliases"). */
function isKeyOfAws(scope: IConstruct, key: unknown): boolean {
  return /alias\/aws\//.test(JSON.stringify(Stack.of(scope).resolve(key)) ?? '');
}
