import { ReplicationMode } from './replication-mode';

/** A replication, as the functions know it that start, stop and watch it. */
export interface ReplicationTarget {
  /** A configuration of DMS Serverless, or a task on an instance. */
  readonly kind: 'serverless' | 'task';
  readonly identifier: string;
  readonly arn: string;
  readonly mode: ReplicationMode;
}
