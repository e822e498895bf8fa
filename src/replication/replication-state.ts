import { ReplicationMode } from './replication-mode';
import type { FoundReplication, StartType } from './replications';

/** What a replication is doing, as far as starting and stopping it goes. */
export type Activity = 'new' | 'running' | 'ended' | 'moving';

/**
 * A status of DMS is one of these, or on the way from one to another: starting alone has seven, which grow with each version
 * (DMS user guide, "DMS Serverless components"; API reference, ReplicationTask).
 */
const ACTIVITIES: Record<string, Activity> = {
  'created': 'new',
  'ready': 'new',
  'running': 'running',
  'stopped': 'ended',
  'failed': 'ended',
  'failed-move': 'ended',
};

/** What the status of a replication means. */
export function activityOf({ status }: FoundReplication): Activity {
  return ACTIVITIES[status] ?? 'moving';
}

/** Reasons to stop that nobody needs to look at (DMS API reference, Replication.StopReason). */
const HARMLESS = ['NORMAL', 'FULL_LOAD_ONLY_FINISHED', 'RECONFIGURATION_RESTART', 'RECYCLE_TASK'];

/** Whether a full load is done, and the replication stopped because it is. */
export function isLoaded({ status, stopReason }: FoundReplication): boolean {
  return status === 'stopped' && stopReason.includes('FULL_LOAD_ONLY_FINISHED');
}

/** Whether it has ended otherwise than by its own end or somebody's will. */
export function endedBadly(found: FoundReplication): boolean {
  const harmless = found.stopReason === '' || HARMLESS.some((reason) => found.stopReason.endsWith(reason));
  return activityOf(found) === 'ended' && !(found.status === 'stopped' && harmless);
}

/** Why it has ended, in DMS's words; a text that a message of CloudFormation has room for. */
export function reasonOf({ status, stopReason, failures }: FoundReplication): string {
  const reasons = [...failures, stopReason].map((reason) => reason.trim()).filter((reason) => reason !== '');
  return reasons.length > 0 ? reasons.join('; ').slice(0, 2_000) : `DMS gives no reason for the state '${status}'; see its log`;
}

/**
 * How a replication is to be started from where it is; undefined when there is nothing to do. The first start is always `start-replication`, a
 * later one never; a full load cannot be resumed, and one that failed half way has no position to resume from (DMS API reference, StartReplication).
 *
 * @param reload whether its tables, or what is written of them, have changed since the last start
 */
export function startTypeOf(found: FoundReplication, mode: ReplicationMode, reload: boolean): StartType | undefined {
  if (activityOf(found) === 'new') {
    return 'start-replication';
  }
  if (mode === ReplicationMode.CDC) {
    return 'resume-processing';
  }
  if (mode === ReplicationMode.FULL_LOAD) {
    return isLoaded(found) && !reload ? undefined : 'reload-target';
  }
  return reload || (found.status !== 'stopped' && (found.loaded ?? 0) < 100) ? 'reload-target' : 'resume-processing';
}
