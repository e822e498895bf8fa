import { readDocument } from './documents';
import type { DocumentPlace } from './lifecycle-properties';
import type { FoundReplication } from './replications';
import { hasLoadedAll, StatisticsDocument } from './table-statistics';

/** A replication with what the watch has kept of its full load, where DMS has forgotten it. */
export async function withKnownLoad(found: FoundReplication, replication: string, statistics: DocumentPlace): Promise<FoundReplication> {
  if (found.loaded !== undefined || !hasLoadedAll(await readDocument<StatisticsDocument>(statistics), replication)) {
    return found;
  }
  return { ...found, loaded: 100 };
}
