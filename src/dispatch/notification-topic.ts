import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/**
 * The topic that people subscribe to, open to alarms of this account: the one given, else a new one, encrypted and over TLS only.
 *
 * @param key key of the pipeline, which alarms may use already
 */
export function notificationTopic(scope: Construct, id: string, given: ITopic | undefined, key: IKey): ITopic {
  const alarms = new ServicePrincipal('cloudwatch.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
  if (given) {
    // Opens the topic's key as well. The policies of an imported topic and its key are their owner's, and stay as they are.
    given.grantPublish(alarms);
    return given;
  }
  const topic = new Topic(scope, id, { masterKey: key, enforceSSL: true });
  topic.addToResourcePolicy(new PolicyStatement({ principals: [alarms], actions: ['sns:Publish'], resources: [topic.topicArn] }));
  return topic;
}
