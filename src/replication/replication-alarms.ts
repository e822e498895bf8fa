import { Duration } from 'aws-cdk-lib';
import { Alarm, IAlarmAction, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { newPipelineAlarm } from '../dispatch/pipeline-alarm';

/** How long a replication may stand still before that is an alarm. */
const SHORTEST_STANDSTILL = Duration.minutes(30);

/** How long lags are gathered that an alarm looks at. */
const LAG_PERIOD = Duration.minutes(15);

interface AlarmOfReplication {
  readonly pipelineName: string;
  readonly metric: Metric;
  readonly alarmAction: IAlarmAction;
}

/** Props of `newStoppedAlarm`. */
export interface StoppedAlarmProps extends AlarmOfReplication {
  readonly watch: IFunction;
  /** ARN of the replication. */
  readonly arn: string;
  /** How often the watch looks. */
  readonly interval: Duration;
}

/** Raised when the replication does not run, at look after look. */
export function newStoppedAlarm(scope: Construct, { pipelineName, watch, arn, metric, interval, alarmAction }: StoppedAlarmProps): Alarm {
  return newPipelineAlarm(scope, 'ReplicationStopped', {
    alarmDescription: `${pipelineName}: the replication does not run, so no changes are captured; they wait in the redo logs of the source, and are lost once these are removed.`
      + ` The log of the function ${watch.functionName} says in which state it is and why. Remove the cause and resume ${arn} in DMS.`,
    // A deployment stops it for some minutes, and a look may miss that it has run in between.
    metric: metric.with({ period: Duration.minutes(Math.max(2 * interval.toMinutes(), SHORTEST_STANDSTILL.toMinutes())) }),
    threshold: 1,
    evaluationPeriods: 1,
    alarmAction,
  });
}

/** Props of `newLagAlarm`. */
export interface LagAlarmProps extends AlarmOfReplication {
  readonly maxLag: Duration;
}

/** Raised when changes take too long to the warehouse, again and again. */
export function newLagAlarm(scope: Construct, { pipelineName, metric, maxLag, alarmAction }: LagAlarmProps): Alarm {
  return newPipelineAlarm(scope, 'ChangesLag', {
    alarmDescription: `${pipelineName}: merged changes were committed in the source longer ago than ${maxLag.toHumanString()}. If files wait (WaitSeconds), raise mergeCapacity or maxConcurrentRuns;`
      + ' if not, DMS is behind: see CDCLatencySource and CDCLatencyTarget of the replication in CloudWatch, and raise its capacity.',
    // A merge may take longer than five minutes, and no value is no lag.
    metric: metric.with({ period: LAG_PERIOD }),
    threshold: maxLag.toSeconds(),
    evaluationPeriods: 2,
    alarmAction,
  });
}
