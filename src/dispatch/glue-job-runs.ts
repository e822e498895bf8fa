import { GetJobRunCommand, GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { logUrl, glueRunUrl } from './console-links';
import { EndedRun, RunDescription } from './ended-run';
import { GlueJobSettings, RUN_KINDS } from './run-kinds';
import type { RunEndedEvent, Runs } from './runs';
import { refusedIf } from './start-refused';

/** Answers of Glue that mean "not now". */
const REFUSALS = [
  'ConcurrentRunsExceededException',
  'ResourceNumberLimitExceededException',
  'ThrottlingException',
];

/** Arguments by which people ask for something of their own. */
const ON_DEMAND = ['--plan', '--replay'];

const glue = new GlueClient({});

/** Runs of a Glue job: a batch of files is one run, which is told the manifest by `--manifest`. */
export class GlueJobRuns implements Runs {
  constructor(private readonly settings: GlueJobSettings) {}

  split<F>(files: F[]): F[][] {
    return files.length > 0 ? [files] : [];
  }

  async start(manifestUri: string): Promise<string> {
    try {
      const run = await glue.send(new StartJobRunCommand({ JobName: this.settings.jobName, Arguments: { '--manifest': manifestUri } }));
      return run.JobRunId!;
    } catch (error) {
      throw refusedIf(REFUSALS, error);
    }
  }

  /** The event carries no arguments, the run does (Glue developer guide, "Automating with EventBridge"). */
  async describe({ detail, region }: RunEndedEvent): Promise<EndedRun> {
    const { JobRun: run } = await glue.send(new GetJobRunCommand({ JobName: detail.jobName, RunId: detail.jobRunId }));
    const given = run?.Arguments ?? {};
    return {
      ...describeGlueRun(region, detail.jobName, detail.jobRunId, outputLogGroup(run?.LogGroupName || this.settings.logGroupPrefix)),
      state: detail.state,
      timedOut: detail.state === RUN_KINDS['glue-job'].timedOut,
      errorMessage: run?.ErrorMessage ?? detail.message ?? '',
      manifestUri: given['--manifest'],
      onDemand: ON_DEMAND.some((argument) => given[argument]),
      region,
    };
  }
}

/** How people find a run of a Glue job. */
export function describeGlueRun(region: string, jobName: string, runId: string, logGroupName: string): RunDescription {
  return {
    targetLabel: 'Job',
    targetName: jobName,
    runId,
    runUrl: glueRunUrl(region, jobName, runId),
    logUrl: logUrl(region, logGroupName, runId),
    service: 'Glue',
    again: 'run the job again with the arguments of this run',
    replay: `aws glue start-job-run --job-name '${jobName}' --arguments '{"--replay":"<its s3:// URL>"}'`,
  };
}

/**
 * The group of a run's standard output and error. Glue names the group of a run (Glue API reference, JobRun.LogGroupName) by
 * what its groups' names begin with, `/aws-glue/jobs/`, to which it adds `output` and `error`.
 */
function outputLogGroup(name: string): string {
  return name.endsWith('/output') ? name : `${name.replace(/\/$/, '')}/output`;
}
