/** A run could not be started now, and can be later: its files wait. */
export class StartRefusedError extends Error {
  constructor(public readonly reason: string) {
    super(`no run could be started now: ${reason}`);
    this.name = 'StartRefusedError';
  }
}

/** An answer as it is, or as a refusal if it is called by one of these names. */
export function refusedIf(names: string[], error: unknown): unknown {
  const { name } = error as Error;
  return names.includes(name) ? new StartRefusedError(name) : error;
}
