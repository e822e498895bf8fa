import { Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { CapacityChoice, REPLICATION_CAPACITY } from './capacity-kind';
import { like, BOOLEAN, NUMBER, optional, struct, TEXT } from '../common/kinds';
import { requireArguments, requireKind } from '../common/require-kinds';
import { ConfigurationError } from '../errors';

/** What DMS Serverless can have, in capacity units of 2 GB (DMS user guide, "DMS Serverless components"). */
const CAPACITY_UNITS = [1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384];

/** Options of `ReplicationCapacity.serverless`. */
export interface ServerlessReplicationOptions {
  /**
   * The fewest capacity units, 2 GB of memory each: 1, 2, 4, 8, 16, 32, 64, 128, 192, 256 or 384. DMS bills those that it has
   * provisioned, and scales down to this when the source is quiet.
   *
   * @default 1
   */
  readonly min?: number;

  /**
   * The most capacity units: 1, 2, 4, 8, 16, 32, 64, 128, 192, 256 or 384, at least `min`.
   *
   * @default 16
   */
  readonly max?: number;

  /**
   * Whether a standby in another Availability Zone takes over when one fails; it costs as much again.
   *
   * @default false
   */
  readonly multiAz?: boolean;
}

/** Options of `ReplicationCapacity.instance`. */
export interface ReplicationInstanceOptions {
  /**
   * Disk for logs and for changes that wait, whole gibibytes from 5 to 6144.
   *
   * @default Size.gibibytes(50)
   */
  readonly allocatedStorage?: Size;

  /**
   * Whether a standby in another Availability Zone takes over when one fails; it costs as much again.
   *
   * @default false
   */
  readonly multiAz?: boolean;

  /**
   * Version of DMS, such as '3.5.4'.
   *
   * @default - the default of DMS when the instance is made; minor versions follow in the maintenance window
   */
  readonly engineVersion?: string;
}

const SERVERLESS = struct<ServerlessReplicationOptions>({ min: optional(NUMBER), max: optional(NUMBER), multiAz: optional(BOOLEAN) });
const INSTANCE = struct<ReplicationInstanceOptions>({
  allocatedStorage: optional(like<Size>('a Size', 'write for example Size.gibibytes(100)', 'toGibibytes', 'isUnresolved')),
  multiAz: optional(BOOLEAN),
  engineVersion: optional(TEXT),
});

/** What runs a replication: DMS Serverless, which scales by itself, or an instance of a fixed size. */
export class ReplicationCapacity {
  /** DMS Serverless with 1 to 16 capacity units in one Availability Zone. */
  public static readonly DEFAULT = ReplicationCapacity.serverless();

  /** DMS Serverless: capacity follows the load between two limits. */
  public static serverless(options: ServerlessReplicationOptions = {}): ReplicationCapacity {
    requireKind('options of ReplicationCapacity.serverless', options, SERVERLESS);
    const { min = 1, max = Math.max(16, min), multiAz = false } = options;
    requireUnits('min', min);
    requireUnits('max', max);
    if (![min, max].some((units) => Token.isUnresolved(units)) && min > max) {
      throw new ConfigurationError(`min of ReplicationCapacity.serverless is ${min} and max ${max}, but a min up to max is allowed; write the smaller number for min`);
    }
    return new ReplicationCapacity({ kind: 'serverless', min, max, multiAz });
  }

  /**
   * A replication instance, which is billed as long as it is there.
   *
   * @param instanceClass such as 'dms.r6i.large'
   * @param options storage, availability and version
   */
  public static instance(instanceClass: string, options: ReplicationInstanceOptions = {}): ReplicationCapacity {
    requireArguments('ReplicationCapacity.instance', { instanceClass }, { instanceClass: TEXT });
    requireKind('options of ReplicationCapacity.instance', options, INSTANCE);
    if (!Token.isUnresolved(instanceClass) && !/^dms\.[a-z0-9]+\.[a-z0-9]+$/.test(instanceClass)) {
      throw new ConfigurationError(`instanceClass of ReplicationCapacity.instance is '${instanceClass}', but a class of DMS is allowed; write for example 'dms.r6i.large'`);
    }
    return new ReplicationCapacity({
      kind: 'instance',
      instanceClass,
      allocatedStorage: storageOf(options.allocatedStorage ?? Size.gibibytes(50)),
      multiAz: options.multiAz ?? false,
      engineVersion: options.engineVersion,
    });
  }

  /** @internal */
  public readonly _choice: CapacityChoice;

  private constructor(choice: CapacityChoice) {
    this._choice = choice;
  }

  /** Whether the other capacity is the same. In Python use this, not `==`: `ReplicationCapacity.DEFAULT` is a new object each time. */
  public isEqualTo(other: ReplicationCapacity): boolean {
    requireArguments('ReplicationCapacity.isEqualTo', { other }, { other: REPLICATION_CAPACITY });
    return JSON.stringify(this._choice) === JSON.stringify(other._choice);
  }
}

function requireUnits(name: string, units: number): void {
  if (!Token.isUnresolved(units) && !CAPACITY_UNITS.includes(units)) {
    throw new ConfigurationError(`${name} of ReplicationCapacity.serverless is ${units}, but one of ${CAPACITY_UNITS.join(', ')} is allowed; choose one of these`);
  }
}

/** Gibibytes, as CreateReplicationInstance takes them (DMS API reference). */
function storageOf(storage: Size): number {
  const gibibytes = storage.isUnresolved() ? NaN : storage.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  if (!storage.isUnresolved() && (!Number.isInteger(gibibytes) || gibibytes < 5 || gibibytes > 6144)) {
    throw new ConfigurationError(`allocatedStorage of ReplicationCapacity.instance is ${gibibytes} GiB, but whole gibibytes from 5 to 6144 are allowed; use Size.gibibytes()`);
  }
  return gibibytes;
}
