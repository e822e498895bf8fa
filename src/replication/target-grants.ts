import { Grant, IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ReplicationTarget } from './replication-target';

/** Lets a function see a replication and its tables, and start or stop it. */
export function grantControl(grantee: IGrantable, { kind, arn }: ReplicationTarget, ...verbs: ('Start' | 'Stop')[]): void {
  const serverless = kind === 'serverless';
  grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({
    actions: serverless ? ['dms:DescribeReplications', 'dms:DescribeReplicationConfigs'] : ['dms:DescribeReplicationTasks'],
    // '*': these list all that there are, and know no resources (Service authorization reference, "AWS Database Migration Service").
    resources: ['*'],
  }));
  Grant.addToPrincipal({
    grantee,
    actions: [
      serverless ? 'dms:DescribeReplicationTableStatistics' : 'dms:DescribeTableStatistics',
      ...verbs.map((verb) => `dms:${verb}Replication${serverless ? '' : 'Task'}`),
    ],
    resourceArns: [arn],
  });
}
