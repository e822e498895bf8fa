import type { ReplicationCapacity } from './replication-capacity';
import { like } from '../common/kinds';

/** A capacity, as the constructs know it. */
export type CapacityChoice =
  | { readonly kind: 'serverless'; readonly min: number; readonly max: number; readonly multiAz: boolean }
  | { readonly kind: 'instance'; readonly instanceClass: string; readonly allocatedStorage: number; readonly multiAz: boolean; readonly engineVersion?: string };

export const REPLICATION_CAPACITY = like<ReplicationCapacity>('a ReplicationCapacity', 'write for example ReplicationCapacity.serverless({ max: 8 })', '_choice', 'isEqualTo');
