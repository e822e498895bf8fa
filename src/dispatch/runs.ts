import type { EventBridgeEvent } from 'aws-lambda';
import { EndedRun } from './ended-run';
import { GlueJobRuns } from './glue-job-runs';
import { Manifest } from './manifest';
import { RunSettings } from './run-kinds';
import { StateMachineRuns } from './state-machine-runs';

/** How a pipeline's functions start its runs and look after them, whatever runs. */
export interface Runs {
  /** The files of a batch as those of the runs to start. */
  split<F>(files: F[]): F[][];
  /**
   * Starts a run, and passes its files in a manifest. Throws StartRefusedError when there is no room for it now.
   *
   * @returns the run's id
   */
  start(manifestUri: string, manifest: Manifest): Promise<string>;
  /** What an event says of a run, and what the run itself knows. */
  describe(event: RunEndedEvent): Promise<EndedRun>;
}

/** The event of a run's end, which `RUN_KINDS` describes. */
export type RunEndedEvent = EventBridgeEvent<string, any>;

/** The runs of what a function was given. */
export function runsOf(settings: RunSettings): Runs {
  return settings.runKind === 'glue-job' ? new GlueJobRuns(settings) : new StateMachineRuns(settings);
}
