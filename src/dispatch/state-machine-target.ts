import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { RunTarget } from './run-target';

/** Each file is written down and started by a call each, some at a time. */
const LARGEST_BATCH = 100;

/**
 * Executions of a standard state machine, each given one file by `manifest` of its input.
 *
 * @param stateMachine the machine; an express one neither reports its end nor identifies executions by name
 * @param logGroup where it logs
 */
export function stateMachineTarget(stateMachine: IStateMachine, logGroup?: ILogGroup): RunTarget {
  const { stateMachineArn } = stateMachine;
  return {
    settings: { runKind: 'state-machine', stateMachineArn, logGroupName: logGroup?.logGroupName },
    nouns: { target: 'state machine', runs: 'executions' },
    largestBatch: LARGEST_BATCH,
    whyFilesWait: "Step Functions refuses to start one while the account's quota of open executions or of starts a second is used up",
    remedyOfWaiting: 'Raise the quota.',
    endedDetail: (states) => ({ stateMachineArn: [stateMachineArn], status: states }),
    grantStart: (grantee) => stateMachine.grant(grantee, 'states:StartExecution'),
    grantDescribe: (grantee) => stateMachine.grantExecution(grantee, 'states:DescribeExecution'),
  };
}
