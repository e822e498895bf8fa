import { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** How long the platform's logs are kept. */
export const LOG_RETENTION = RetentionDays.SIX_MONTHS;

/** What every function of the platform starts with. */
export interface FunctionIdentity {
  readonly role: Role;
  readonly logGroup: LogGroup;
}

/** A role that may write to its own log group and nothing else; AWS's managed policy allows all log groups. */
export function functionIdentity(scope: Construct, encryptionKey?: IKey): FunctionIdentity {
  const role = new Role(scope, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const logGroup = new LogGroup(scope, 'Logs', { encryptionKey, retention: LOG_RETENTION, removalPolicy: RemovalPolicy.DESTROY });
  logGroup.grantWrite(role);
  return { role, logGroup };
}
