/** How people find a run again, and repeat it. */
export interface RunDescription {
  /** What ran: 'Job', 'Machine'. */
  readonly targetLabel: string;
  readonly targetName: string;
  readonly runId: string;
  /** Where a browser shows it. */
  readonly runUrl: string;
  /** Where a browser shows its log, if it has one. */
  readonly logUrl?: string;
  /** Who gives the reason of its end. */
  readonly service: string;
  /** What to do to have it repeated. */
  readonly again: string;
  /** The command for that, where there is one. */
  readonly againCommand?: string;
  /** The command that loads a rejected record again once it is corrected, where the run's target can. */
  readonly replay?: string;
}

/** A run that has ended. */
export interface EndedRun extends RunDescription {
  /** As EventBridge reports it: SUCCEEDED, FAILED... */
  readonly state: string;
  readonly timedOut: boolean;
  /** Why it ended so; '' when unknown. */
  readonly errorMessage: string;
  /** Names all files of the run; undefined for a run that was given none. */
  readonly manifestUri?: string;
  /** Somebody asked for it, who reads the answer in the run's log: no file of the pipeline was to be taken. */
  readonly onDemand: boolean;
  readonly region: string;
}
