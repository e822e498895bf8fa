import { Duration, RemovalPolicy } from 'aws-cdk-lib';

/** What differs between the environments; everything else is the same everywhere. */
export interface PlatformConfig {
  /** What becomes of the data when the stack is deleted; with DESTROY the buckets are emptied. */
  readonly removalPolicy: RemovalPolicy;
  /** How long uploads are gathered before one Glue run loads them: longer is cheaper, shorter is fresher. */
  readonly batchingWindow: Duration;
  /** Raise an alarm when no file has come for so long. */
  readonly expectFileEvery?: Duration;
  /** The most that the warehouse may scale to, in RPUs. */
  readonly maxCapacity: number;
  /** The most that DMS may scale to while it replicates, in capacity units. */
  readonly maxReplicationCapacity: number;
  /** Whether this stack makes the roles that DMS needs once in an account. */
  readonly createServiceRoles: boolean;
  /** The most Glue workers of one run. */
  readonly maxWorkers: number;
}

const ENVIRONMENTS: Record<string, PlatformConfig> = {
  dev: {
    removalPolicy: RemovalPolicy.DESTROY,
    batchingWindow: Duration.seconds(5),
    maxCapacity: 8,
    maxReplicationCapacity: 2,
    createServiceRoles: true,
    maxWorkers: 2,
  },
  staging: {
    removalPolicy: RemovalPolicy.RETAIN,
    batchingWindow: Duration.minutes(1),
    maxCapacity: 16,
    maxReplicationCapacity: 4,
    createServiceRoles: false,
    maxWorkers: 4,
  },
  prod: {
    removalPolicy: RemovalPolicy.RETAIN,
    batchingWindow: Duration.minutes(1),
    expectFileEvery: Duration.days(1),
    maxCapacity: 64,
    maxReplicationCapacity: 16,
    createServiceRoles: false,
    maxWorkers: 10,
  },
};

/** The configuration of an environment. Throws when there is none of that name. */
export function configFor(environment: string): PlatformConfig {
  const config = ENVIRONMENTS[environment];
  if (!config) {
    throw new Error(`there is no environment '${environment}': choose one of ${Object.keys(ENVIRONMENTS).join(', ')} with -c environment=<name>`);
  }
  return config;
}
