import { readDocument } from './documents';
import type { DocumentPlace, LifecycleNotes } from './lifecycle-properties';
import type { FoundReplication, StartType } from './replications';
import { hasLoadedAll, StatisticsDocument } from './table-statistics';

/** A replication with what the watch has kept of the last full load that was begun, where DMS has forgotten it. */
export async function withKnownLoad(
  found: FoundReplication, replication: string, statistics: DocumentPlace, { loadBegunAt }: LifecycleNotes,
): Promise<FoundReplication> {
  if (found.loaded !== undefined || !hasLoadedAll(await readDocument<StatisticsDocument>(statistics), replication, loadBegunAt)) {
    return found;
  }
  return { ...found, loaded: 100 };
}

/** When the last full load began, once a replication is started so. */
export function loadBegunBy(type: StartType, { loadBegunAt }: LifecycleNotes): string | undefined {
  return type === 'resume-processing' ? loadBegunAt : new Date().toISOString();
}
