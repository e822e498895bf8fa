import { Annotations, CfnResource, Stack } from 'aws-cdk-lib';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';
import { ownedBucket } from './bucket-identity';

/**
 * Makes a bucket send its events to EventBridge.
 *
 * A bucket of this app gets the setting in its own template. An imported one can only be changed by a custom
 * resource, which is the user's to ask for (`enableEventBridge`).
 */
export function sendEventsToEventBridge(scope: Construct, bucket: IBucket, enableEventBridge: boolean | undefined): void {
  const resource = ownedBucket(bucket);
  if (resource) {
    if (enableEventBridge !== undefined) {
      throw new ConfigurationError('enableEventBridge is set, but it is for an imported bucket: a bucket of this app is switched on by itself; leave it out', scope);
    }
    resource.addPropertyOverride('NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled', true);
    scope.node.addValidation({ validate: () => validateOtherNotifications(bucket) });
  } else if (enableEventBridge) {
    bucket.enableEventBridgeNotification();
  } else if (enableEventBridge === undefined) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:eventBridgeOfImportedBucket',
      'the bucket is imported, and only a bucket that sends its events to EventBridge is loaded from; pass enableEventBridge: true'
      + ' to switch that on when the stack is deployed, or false when it is on already',
    );
  }
}

/** CDK's custom resource for notifications replaces the bucket's whole configuration, EventBridge's part included. */
function validateOtherNotifications(bucket: IBucket): string[] {
  const notifications = bucket.node.tryFindChild('Notifications')?.node.tryFindChild('Resource') as CfnResource | undefined;
  if (!notifications) {
    return [];
  }
  const template = JSON.stringify(Stack.of(notifications).resolve(notifications._toCloudFormation()));
  return template.includes('EventBridgeConfiguration') ? [] : [
    `the bucket '${bucket.node.path}' has other event notifications, which would switch EventBridge off; call its enableEventBridgeNotification()`,
  ];
}
