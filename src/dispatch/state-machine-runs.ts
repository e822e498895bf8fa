import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { executionLogUrl, executionUrl } from './console-links';
import { EndedRun } from './ended-run';
import { Manifest } from './manifest';
import { RUN_KINDS, StateMachineSettings } from './run-kinds';
import type { RunEndedEvent, Runs } from './runs';
import { refusedIf } from './start-refused';

/** Answers of Step Functions that mean "not now". */
const REFUSALS = ['ExecutionLimitExceeded', 'KmsThrottlingException', 'ThrottlingException'];

const stepFunctions = new SFNClient({});

/**
 * Executions of a state machine: each file is one, which gets the manifest by `manifest` of its input. An execution bears the name of
 * the write and the attempt, so that a repeated event or batch starts none twice.
 *
 * Names of executions that have ended stay taken for 90 days (Step Functions API reference, StartExecution): that of a file which the sweep
 * found has the day as well, or it would never be started again.
 */
export class StateMachineRuns implements Runs {
  constructor(private readonly settings: StateMachineSettings) {}

  split<F>(files: F[]): F[][] {
    return files.map((file) => [file]);
  }

  async start(manifestUri: string, manifest: Manifest): Promise<string> {
    const name = executionName(manifest);
    try {
      await stepFunctions.send(new StartExecutionCommand({
        stateMachineArn: this.settings.stateMachineArn, name, input: JSON.stringify({ manifest: manifestUri }),
      }));
    } catch (error) {
      if ((error as Error).name !== 'ExecutionAlreadyExists') {
        throw refusedIf(REFUSALS, error);
      }
    }
    return name;
  }

  async describe({ detail, region }: RunEndedEvent): Promise<EndedRun> {
    const { executionArn, name, status } = detail;
    const { input, error, cause } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    const { logGroupName, stateMachineArn } = this.settings;
    return {
      targetLabel: 'Machine',
      targetName: stateMachineArn.slice(stateMachineArn.lastIndexOf(':') + 1),
      runId: name,
      runUrl: executionUrl(region, executionArn),
      logUrl: logGroupName && executionLogUrl(region, logGroupName, name),
      service: 'Step Functions',
      again: 'redrive the execution, or start one with the input of this one',
      state: status,
      timedOut: status === RUN_KINDS['state-machine'].timedOut,
      errorMessage: [error, cause].filter((text) => text).join(': '),
      manifestUri: manifestOf(input),
      onDemand: false,
      region,
    };
  }
}

/** 75 characters, of the 80 that are allowed. */
function executionName({ files: [file], created_at: createdAt }: Manifest): string {
  const name = `${file.load_id}-${file.attempt}`;
  return file.sequencer === null ? `${name}-${createdAt.slice(0, 10).replaceAll('-', '')}` : name;
}

/** Whoever starts an execution may give it any input. */
function manifestOf(input: string | undefined): string | undefined {
  const given: unknown = JSON.parse(input ?? 'null');
  const manifest = (given as { manifest?: unknown } | null)?.manifest;
  return typeof manifest === 'string' ? manifest : undefined;
}
