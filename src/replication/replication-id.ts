import { ArnFormat, Names, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ReplicationMode } from './replication-mode';

/** What an identifier of DMS may have, as part of an ARN too (CloudFormation reference, AWS::DMS::ReplicationConfig ResourceIdentifier). */
const LONGEST_IDENTIFIER = 31;

/** What distinguishes the modes in names. */
const SUFFIXES: Record<ReplicationMode, string> = {
  [ReplicationMode.FULL_LOAD]: '-f',
  [ReplicationMode.CDC]: '-c',
  [ReplicationMode.FULL_LOAD_AND_CDC]: '-fc',
};

const ROOM_FOR_SUFFIX = 3;

/** Name of a replication in DMS: lower case letters, digits and single hyphens, unique in the account and Region as the construct's path is in the stack. */
export function replicationIdentifier(scope: Construct): string {
  return Names.uniqueResourceName(scope, { maxLength: LONGEST_IDENTIFIER - ROOM_FOR_SUFFIX, separator: '-', allowedSpecialCharacters: '-' })
    .toLowerCase()
    .replace(/-+/g, '-')
    .replace(/^(?=[^a-z])/, 'r')
    .slice(0, LONGEST_IDENTIFIER - ROOM_FOR_SUFFIX)
    .replace(/-$/, '');
}

/** Name of a replication of a mode. DMS Serverless changes the mode of none that has ever run: with another mode it is another one. */
export function nameInMode(identifier: string, mode: ReplicationMode): string {
  return `${identifier}${SUFFIXES[mode]}`;
}

/** The ARN of something in DMS that has been given this name: known before it is made. */
export function dmsArn(scope: Construct, kind: 'replication-config' | 'task' | 'rep', identifier: string): string {
  return Stack.of(scope).formatArn({ service: 'dms', resource: kind, resourceName: identifier, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}
