import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { RunSettings } from './run-kinds';

/**
 * What a pipeline runs, as its constructs know it: `glueJobTarget` or `stateMachineTarget`. The functions know it by
 * `settings`, and run it by the `Runs` of its kind.
 */
export interface RunTarget {
  readonly settings: RunSettings;
  /** What it and its runs are called in descriptions of resources. */
  readonly nouns: { readonly target: string; readonly runs: string };
  /** Messages of one batch of the dispatcher at most, all of whose runs have to be started within its minute. */
  readonly largestBatch: number;
  /** Why a file may wait for a run, for an alarm. */
  readonly whyFilesWait: string;
  readonly remedyOfWaiting: string;
  /** The part of the event about a run's end that names the target and the run's state. */
  endedDetail(states: string[]): Record<string, string[]>;
  /** Lets a function start runs. */
  grantStart(grantee: IGrantable): Grant;
  /** Lets a function read what a run was given and how it ended. */
  grantDescribe(grantee: IGrantable): Grant;
}
