/** The state in which a run ends well. */
export const SUCCEEDED = 'SUCCEEDED';

/** The state in which a run ends that took longer than the job's timeout. */
export const TIMED_OUT = 'TIMEOUT';

/** States in which a run ends otherwise than well. */
export const UNSUCCESSFUL_STATES = ['FAILED', TIMED_OUT, 'STOPPED'];
