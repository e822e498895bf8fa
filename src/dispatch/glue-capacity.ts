import { Duration, Token } from 'aws-cdk-lib';
import { WorkerType } from 'aws-cdk-lib/aws-glue';
import { CAPACITY } from './pipeline-kinds';
import { DURATION, WORKER_TYPE } from '../common/aws-kinds';
import { NUMBER, optional, struct } from '../common/kinds';
import { requireArguments, requireKind } from '../common/require-kinds';
import { ConfigurationError } from '../errors';

/** Options of `GlueCapacity.of`. */
export interface GlueCapacityOptions {
  /**
   * Size of one worker: `G_1X` has 4 vCPU and 16 GB, `G_2X` twice that, and so on up to `G_8X`.
   *
   * @default WorkerType.G_1X
   */
  readonly workerType?: WorkerType;

  /**
   * The most workers that one run may have, driver included, 2 to 299. Glue adds workers while there is work for them
   * and removes them again; a small run has and costs two.
   *
   * @default 5
   */
  readonly maxWorkers?: number;

  /**
   * The most runs at one time, 1 to 1000. Files that arrive while all of them are busy wait in the queue.
   *
   * @default 2
   */
  readonly maxConcurrentRuns?: number;

  /**
   * A run that takes longer ends as TIMEOUT. Whole minutes, 1 minute to 7 days.
   *
   * @default Duration.hours(2)
   */
  readonly timeout?: Duration;
}

const OPTIONS = struct<GlueCapacityOptions>({
  workerType: optional(WORKER_TYPE),
  maxWorkers: optional(NUMBER),
  maxConcurrentRuns: optional(NUMBER),
  timeout: optional(DURATION),
});

/** Worker types that Glue can add and take away during a run. */
const SCALING_WORKER_TYPES = [WorkerType.G_1X, WorkerType.G_2X, WorkerType.G_4X, WorkerType.G_8X];

/**
 * How much a Glue job may use. Glue bills $0.44 per DPU-hour (`G_1X` is one DPU, `G_2X` two), for at least a minute.
 */
export class GlueCapacity {
  /** Five G.1X workers at most, two runs at a time, two hours each. */
  public static readonly DEFAULT = GlueCapacity.of();

  /** A custom capacity; what is left out is as in `GlueCapacity.DEFAULT`. */
  public static of(options: GlueCapacityOptions = {}): GlueCapacity {
    requireKind('options of GlueCapacity.of', options, OPTIONS);
    return new GlueCapacity(options);
  }

  /** Size of one worker. */
  public readonly workerType: WorkerType;
  /** The most workers of one run, driver included. */
  public readonly maxWorkers: number;
  /** The most runs at one time. */
  public readonly maxConcurrentRuns: number;
  /** The longest that a run may take. */
  public readonly timeout: Duration;

  private constructor(options: GlueCapacityOptions) {
    this.workerType = options.workerType ?? WorkerType.G_1X;
    this.maxWorkers = options.maxWorkers ?? 5;
    this.maxConcurrentRuns = options.maxConcurrentRuns ?? 2;
    this.timeout = options.timeout ?? Duration.hours(2);

    if (!SCALING_WORKER_TYPES.includes(this.workerType)) {
      throw new ConfigurationError(`workerType is ${this.workerType}, but only ${SCALING_WORKER_TYPES.join(', ')} can be scaled; use one of them`);
    }
    requireWholeNumber('maxWorkers', this.maxWorkers, 2, 299, 'a run needs a driver and at least one worker');
    requireWholeNumber('maxConcurrentRuns', this.maxConcurrentRuns, 1, 1000, 'use a number of runs that your Glue quota allows');
    if (!this.timeout.isUnresolved()) {
      requireWholeNumber('timeout in minutes', this.timeout.toMinutes({ integral: false }), 1, 7 * 24 * 60, 'use a Duration of whole minutes');
    }
  }

  /** Whether the other capacity is the same. In Python use this, not `==`: `GlueCapacity.DEFAULT` is a new object each time. */
  public isEqualTo(other: GlueCapacity): boolean {
    requireArguments('GlueCapacity.isEqualTo', { other }, { other: CAPACITY });
    return this.workerType === other.workerType
      && this.maxWorkers === other.maxWorkers
      && this.maxConcurrentRuns === other.maxConcurrentRuns
      && timeOf(this.timeout) === timeOf(other.timeout);
  }
}

function requireWholeNumber(name: string, value: number, least: number, most: number, remedy: string): void {
  if (!Token.isUnresolved(value) && !(Number.isInteger(value) && value >= least && value <= most)) {
    throw new ConfigurationError(`${name} is ${value}, but a whole number from ${least} to ${most} is allowed; ${remedy}`);
  }
}

/** What makes two durations of whole minutes the same. */
function timeOf(duration: Duration): number | Duration {
  return duration.isUnresolved() ? duration : duration.toMinutes();
}
