import { GetJobRunCommand, GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { logUrl, glueRunUrl } from './console-links';
import { EndedRun } from './ended-run';
import { GlueJobSettings, RUN_KINDS } from './run-kinds';
import type { RunEndedEvent, Runs } from './runs';
import { refusedIf } from './start-refused';

/** Answers of Glue that mean "not now". */
const REFUSALS = [
  'ConcurrentRunsExceededException',
  'ResourceNumberLimitExceededException',
  'ThrottlingException',
];

const glue = new GlueClient({});

/** Runs of a Glue job: a batch of files is one run, which gets the manifest by `--manifest`. */
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
    const { jobName, jobRunId: runId } = detail;
    const { logGroupPrefix, onDemand } = this.settings;
    return {
      targetLabel: 'Job',
      targetName: jobName,
      runId,
      runUrl: glueRunUrl(region, jobName, runId),
      logUrl: logUrl(region, outputLogGroup(run?.LogGroupName || logGroupPrefix), runId),
      service: 'Glue',
      again: 'run the job again with the arguments of this run',
      againCommand: startCommand(jobName, given['--manifest'] && { '--manifest': given['--manifest'] }),
      replay: onDemand && startCommand(jobName, { [onDemand.replay]: '<its s3:// URL>' }),
      state: detail.state,
      timedOut: detail.state === RUN_KINDS['glue-job'].timedOut,
      errorMessage: run?.ErrorMessage ?? detail.message ?? '',
      manifestUri: given['--manifest'],
      onDemand: Object.values(onDemand ?? {}).some((argument) => given[argument]),
      region,
    };
  }
}

function startCommand(jobName: string, given: Record<string, string> | '' | undefined): string {
  return `aws glue start-job-run --job-name '${jobName}'${given ? ` --arguments '${JSON.stringify(given)}'` : ''}`;
}

/**
 * The group of a run's standard output and error. Glue names the group of a run (Glue API reference, JobRun.LogGroupName) by
 * what its groups' names begin with, `/aws-glue/jobs/`, to which it adds `output` and `error`.
 */
function outputLogGroup(name: string): string {
  return name.endsWith('/output') ? name : `${name.replace(/\/$/, '')}/output`;
}
