import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { executionLogUrl, executionUrl } from './console-links';
import { EndedRun } from './ended-run';
import { ManifestFile } from './manifest';
import { RUN_KINDS, StateMachineSettings } from './run-kinds';
import type { RunEndedEvent, Runs } from './runs';
import { refusedIf } from './start-refused';

/** Answers of Step Functions that mean "not now". */
const REFUSALS = ['ExecutionLimitExceeded', 'KmsThrottlingException', 'ThrottlingException'];

const stepFunctions = new SFNClient({});

/**
 * Executions of a state machine: each file is one, which is told the manifest by `manifest` of its input. An execution bears the name of
 * the write and the attempt, so that a repeated event or batch starts none twice.
 */
export class StateMachineRuns implements Runs {
  constructor(private readonly settings: StateMachineSettings) {}

  split<F>(files: F[]): F[][] {
    return files.map((file) => [file]);
  }

  async start(manifestUri: string, [file]: ManifestFile[]): Promise<string> {
    const name = executionName(file, new Date());
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

/**
 * Step Functions knows a name for 90 days after its execution has ended (API reference, "StartExecution"): a file that a sweep found is not
 * finished, whatever executions of its event came to, and has a name for each day.
 */
function executionName(file: ManifestFile, now: Date): string {
  const name = `${file.load_id}-${file.attempt}`;
  return file.sequencer === null ? `${name}-${now.toISOString().slice(0, 10).replaceAll('-', '')}` : name;
}

/** Whoever starts an execution may give it any input. */
function manifestOf(input: string | undefined): string | undefined {
  const given: unknown = JSON.parse(input ?? 'null');
  const manifest = (given as { manifest?: unknown } | null)?.manifest;
  return typeof manifest === 'string' ? manifest : undefined;
}
