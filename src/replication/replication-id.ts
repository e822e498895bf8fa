import { ArnFormat, Names, Stack, Token } from 'aws-cdk-lib';
import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { digest } from './digest';
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

const LENGTH_OF_DIGEST = 6;

const LONGEST_BASE = LONGEST_IDENTIFIER - ROOM_FOR_SUFFIX - LENGTH_OF_DIGEST - 1;

/** What makes a replication another one: DMS changes none of it in what is there. */
export interface ReplicationIdentity {
  readonly vpc: IVpc;
  readonly encryptionKey?: IKey;
}

/** How the names of a construct's replications begin: lower case letters, digits and single hyphens, unique in the account and Region as the construct's path is in the stack. */
export function replicationBase(scope: Construct): string {
  return Names.uniqueResourceName(scope, { maxLength: LONGEST_BASE, separator: '-', allowedSpecialCharacters: '-' })
    .toLowerCase()
    .replace(/-+/g, '-')
    .replace(/^(?=[^a-z])/, 'r')
    .slice(0, LONGEST_BASE)
    .replace(/-$/, '');
}

/**
 * Name of a replication in DMS. A new key replaces endpoints, instance and task, and a subnet group stays in its network (CloudFormation reference, "Update
 * requires"; DMS API reference, ModifyReplicationSubnetGroup): CloudFormation makes the new one first, for which the name must be another.
 */
export function replicationIdentifier(base: string, { vpc, encryptionKey }: ReplicationIdentity): string {
  const identity = [nameOf(vpc, vpc.vpcId), encryptionKey ? nameOf(encryptionKey, encryptionKey.keyArn) : ''];
  return `${base}-${digest(identity).slice(0, LENGTH_OF_DIGEST)}`;
}

/** What only the deployment knows goes by its place in the app. */
function nameOf(resource: IVpc | IKey, id: string): string {
  return Token.isUnresolved(id) ? resource.node.addr : id;
}

/** Name of a replication of a mode. DMS Serverless changes the mode of none that has ever run: with another mode it is another one. */
export function nameInMode(identifier: string, mode: ReplicationMode): string {
  return `${identifier}${SUFFIXES[mode]}`;
}

/** The ARN of something in DMS that has been given this name: known before it is made. */
export function dmsArn(scope: Construct, kind: 'replication-config' | 'task' | 'rep', identifier: string): string {
  return Stack.of(scope).formatArn({ service: 'dms', resource: kind, resourceName: identifier, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
}
