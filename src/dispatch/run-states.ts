/** The state in which a run ends well. */
export const SUCCEEDED = 'SUCCEEDED';

/** States in which a run ends otherwise than well. */
export const UNSUCCESSFUL_STATES = ['FAILED', 'TIMEOUT', 'STOPPED'];
