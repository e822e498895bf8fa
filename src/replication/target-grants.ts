import { Grant, IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ReplicationTarget } from './replication-target';

type Kind = ReplicationTarget['kind'];

/** What sees the replications of a kind. */
const DESCRIBE: Record<Kind, string[]> = {
  serverless: ['dms:DescribeReplications', 'dms:DescribeReplicationConfigs'],
  task: ['dms:DescribeReplicationTasks'],
};

/** Lets a function see a replication and its tables, and start or stop it. */
export function grantControl(grantee: IGrantable, { kind, arn }: ReplicationTarget, ...verbs: ('Start' | 'Stop')[]): void {
  grantDescribe(grantee, kind);
  Grant.addToPrincipal({
    grantee,
    actions: [kind === 'serverless' ? 'dms:DescribeReplicationTableStatistics' : 'dms:DescribeTableStatistics', ...verbs.map((verb) => actionOf(verb, kind))],
    resourceArns: [arn],
  });
}

/** Lets a function see and stop what a replication was before. */
export function grantStopEarlier(grantee: IGrantable, arns: Record<Kind, string>): void {
  for (const kind of ['serverless', 'task'] as const) {
    grantDescribe(grantee, kind);
    Grant.addToPrincipal({ grantee, actions: [actionOf('Stop', kind)], resourceArns: [arns[kind]] });
  }
}

/** Lets a function have DMS test the ways from an instance to endpoints. */
export function connectionStatements(arns: string[]): PolicyStatement[] {
  return [
    new PolicyStatement({ actions: ['dms:TestConnection'], resources: arns }),
    // '*': as for what describes replications.
    new PolicyStatement({ actions: ['dms:DescribeConnections'], resources: ['*'] }),
  ];
}

function grantDescribe(grantee: IGrantable, kind: Kind): void {
  // '*': these list all that there are, and know no resources (Service authorization reference, "AWS Database Migration Service").
  grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: DESCRIBE[kind], resources: ['*'] }));
}

function actionOf(verb: 'Start' | 'Stop', kind: Kind): string {
  return `dms:${verb}Replication${kind === 'serverless' ? '' : 'Task'}`;
}
