import {
  DatabaseMigrationServiceClient,
  DescribeReplicationConfigsCommand,
  DescribeReplicationsCommand,
  DescribeReplicationTableStatisticsCommand,
  DescribeReplicationTasksCommand,
  DescribeTableStatisticsCommand,
  ReplicationStats,
  ReplicationTaskStats,
  StartReplicationCommand,
  StartReplicationTaskCommand,
  StopReplicationCommand,
  StopReplicationTaskCommand,
  TableStatistics,
} from '@aws-sdk/client-database-migration-service';
import { Route } from './connections';
import { unlessNotNow } from './not-now';
import { ReplicationMode } from './replication-mode';
import { ReplicationTarget } from './replication-target';

/** How a replication may be started (DMS API reference, StartReplication). */
export type StartType = 'start-replication' | 'resume-processing' | 'reload-target';

/** What DMS says of a replication. */
export interface FoundReplication {
  /** In lower case. */
  readonly status: string;
  /** Such as 'Stop Reason FULL_LOAD_ONLY_FINISHED'. */
  readonly stopReason: string;
  /** What went wrong, in DMS's words. */
  readonly failures: string[];
  readonly startedAt?: Date;
  /** Of the full load, in percent; undefined where DMS has no statistics, as after it has taken the capacity of one that does not run. */
  readonly loaded?: number;
  /** Of a task: what has to be tested before it starts. */
  readonly route?: Route;
}

const dms = new DatabaseMigrationServiceClient({ maxAttempts: 8 });

/** How many rows of table statistics are read at a time; a task's page may be of 500 at most. */
const PAGE = 500;

/** A replication of DMS, whichever kind it is. */
export class Replications {
  constructor(private readonly target: ReplicationTarget) {}

  /** What DMS says of it now; undefined if there is none, or it is about to be gone. */
  public async find(): Promise<FoundReplication | undefined> {
    const replication = await unlessMissing(() => this.target.kind === 'serverless' ? this.findServerless() : this.findTask());
    return replication?.status === 'deleting' ? undefined : replication;
  }

  /**
   * Starts it; false if DMS says that its state does not allow that now. Whether one that failed before it replicated anything has run counts
   * differently from one state to another: where DMS says that it is the first time, or that it is not, it is started as that.
   */
  public async start(type: StartType, mode: ReplicationMode): Promise<boolean> {
    try {
      return await this.startAs(type);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'InvalidParameterCombinationException' && /first time/i.test(error.message))) {
        throw error;
      }
      const again = mode === ReplicationMode.CDC ? 'resume-processing' : 'reload-target';
      return this.startAs(type === 'start-replication' ? again : 'start-replication');
    }
  }

  /** Asks it to stop; false if DMS says that its state does not allow that now. */
  public stop(): Promise<boolean> {
    const { kind, arn } = this.target;
    return unlessNotNow(() => kind === 'serverless'
      ? dms.send(new StopReplicationCommand({ ReplicationConfigArn: arn }))
      : dms.send(new StopReplicationTaskCommand({ ReplicationTaskArn: arn })));
  }

  /** Statistics of its tables; none while there are none, as before it is provisioned and after it is not any more. */
  public async tables(): Promise<TableStatistics[]> {
    const tables: TableStatistics[] = [];
    const listed = await unlessNotNow(async () => {
      let marker: string | undefined;
      do {
        const page = await this.tablesPage(marker);
        tables.push(...page.tables);
        marker = page.marker;
      } while (marker);
    });
    return listed ? tables : [];
  }

  private startAs(type: StartType): Promise<boolean> {
    const { kind, arn } = this.target;
    console.info(JSON.stringify({ message: 'start', type }));
    return unlessNotNow(() => kind === 'serverless'
      ? dms.send(new StartReplicationCommand({ ReplicationConfigArn: arn, StartReplicationType: type }))
      : dms.send(new StartReplicationTaskCommand({ ReplicationTaskArn: arn, StartReplicationTaskType: type })));
  }

  private async findServerless(): Promise<FoundReplication | undefined> {
    const Filters = [{ Name: 'replication-config-arn', Values: [this.target.arn] }];
    const { Replications: [replication] = [] } = await dms.send(new DescribeReplicationsCommand({ Filters }));
    if (!replication) {
      const { ReplicationConfigs: [config] = [] } = await dms.send(new DescribeReplicationConfigsCommand({ Filters }));
      return config && { status: 'created', stopReason: '', failures: [] };
    }
    return found(replication.Status, replication.StopReason, replication.FailureMessages ?? [], replication.ReplicationStats);
  }

  private async findTask(): Promise<FoundReplication | undefined> {
    const { ReplicationTasks: [task] = [] } = await dms.send(new DescribeReplicationTasksCommand({
      Filters: [{ Name: 'replication-task-arn', Values: [this.target.arn] }], WithoutSettings: true,
    }));
    return task && {
      ...found(task.Status, task.StopReason, task.LastFailureMessage ? [task.LastFailureMessage] : [], task.ReplicationTaskStats),
      route: { instance: task.ReplicationInstanceArn!, source: task.SourceEndpointArn!, target: task.TargetEndpointArn! },
    };
  }

  private async tablesPage(Marker: string | undefined): Promise<{ tables: TableStatistics[]; marker?: string }> {
    if (this.target.kind === 'serverless') {
      const page = await dms.send(new DescribeReplicationTableStatisticsCommand({ ReplicationConfigArn: this.target.arn, Marker }));
      return { tables: page.ReplicationTableStatistics ?? [], marker: page.Marker };
    }
    const page = await dms.send(new DescribeTableStatisticsCommand({ ReplicationTaskArn: this.target.arn, Marker, MaxRecords: PAGE }));
    return { tables: page.TableStatistics ?? [], marker: page.Marker };
  }
}

function found(status = '', stopReason = '', failures: string[], stats: ReplicationStats | ReplicationTaskStats | undefined): FoundReplication {
  return { status: status.toLowerCase(), stopReason, failures, startedAt: stats?.StartDate, loaded: loadedOf(stats) };
}

/** Where no table is counted, none per cent of nothing is loaded. */
function loadedOf(stats: ReplicationStats | ReplicationTaskStats | undefined): number | undefined {
  const counts = [stats?.TablesLoaded, stats?.TablesLoading, stats?.TablesQueued, stats?.TablesErrored];
  return counts.every((count) => count === 0) ? undefined : stats?.FullLoadProgressPercent;
}

/** DMS's answer that something is not there. */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundFault') {
      return undefined;
    }
    throw error;
  }
}
