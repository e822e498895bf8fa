/** A Glue job, as the functions that start and look after its runs know it. */
export interface GlueJobSettings {
  readonly runKind: 'glue-job';
  readonly jobName: string;
  /** The job's log groups as it was given them, where Glue does not say which it used. */
  readonly logGroupPrefix: string;
  readonly onDemand?: OnDemandArguments;
}

/** Arguments by which people ask a run of a job for something of their own, which concerns no file of the pipeline. */
export interface OnDemandArguments {
  /** Says what the run would do with a file. */
  readonly plan: string;
  /** Has rejected records, once they are corrected, sent on. */
  readonly replay: string;
}

/** A state machine; its runs are executions. */
export interface StateMachineSettings {
  readonly runKind: 'state-machine';
  readonly stateMachineArn: string;
  /** Where its executions are logged; without it their history is all that there is. */
  readonly logGroupName?: string;
}

/** What a pipeline runs. */
export type RunSettings = GlueJobSettings | StateMachineSettings;

/** How a kind of run says that it has ended: the same names in EventBridge's events, in API answers and in messages. */
export interface RunKind {
  /** `source` of the event. */
  readonly eventSource: string;
  /** `detail-type` of the event. */
  readonly endedEvent: string;
  /** The state in which a run ends that took longer than its timeout. */
  readonly timedOut: string;
  /** States in which a run ends otherwise than well. */
  readonly unsuccessful: string[];
}

/** The state in which a run of either kind ends well. */
export const SUCCEEDED = 'SUCCEEDED';

/** Glue developer guide, "Automating with EventBridge"; Step Functions developer guide, "Automating Step Functions event delivery with EventBridge". */
export const RUN_KINDS: Record<RunSettings['runKind'], RunKind> = {
  'glue-job': {
    eventSource: 'aws.glue',
    endedEvent: 'Glue Job State Change',
    timedOut: 'TIMEOUT',
    unsuccessful: ['FAILED', 'TIMEOUT', 'STOPPED'],
  },
  'state-machine': {
    eventSource: 'aws.states',
    endedEvent: 'Step Functions Execution Status Change',
    timedOut: 'TIMED_OUT',
    unsuccessful: ['FAILED', 'TIMED_OUT', 'ABORTED'],
  },
};
