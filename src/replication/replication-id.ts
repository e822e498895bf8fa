import { ArnFormat, Names, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What an identifier of DMS may have, as part of an ARN too (CloudFormation reference, AWS::DMS::ReplicationConfig ResourceIdentifier). */
const LONGEST_IDENTIFIER = 31;

/** Name of a replication in DMS: lower case letters, digits and single hyphens, unique in the account and Region as the construct's path is in the stack. */
export function replicationIdentifier(scope: Construct): string {
  return Names.uniqueResourceName(scope, { maxLength: LONGEST_IDENTIFIER, separator: '-', allowedSpecialCharacters: '-' })
    .toLowerCase()
    .replace(/-+/g, '-')
    .replace(/^(?=[^a-z])/, 'r')
    .slice(0, LONGEST_IDENTIFIER)
    .replace(/-$/, '');
}

/** The ARN of something in DMS that has been given this name: known before it is made. */
export function dmsArn(scope: Construct, kind: 'replication-config' | 'task' | 'rep', identifier: string): string {
  return Stack.of(scope).formatArn({ service: 'dms', resource: kind, resourceName: identifier, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}
