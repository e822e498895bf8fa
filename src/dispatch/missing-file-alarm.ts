import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { newPipelineAlarm } from './pipeline-alarm';
import { pipelineMetric } from './pipeline-metric';
import { ConfigurationError } from '../errors';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Raised when no file has arrived for a time; undefined when none is expected. */
export function missingFileAlarm(
  scope: Construct, id: string, pipelineName: string, every: Duration | undefined, alarmAction: IAlarmAction,
): Alarm | undefined {
  if (every === undefined) {
    return undefined;
  }
  const seconds = checkedSeconds(scope, every);
  // Before a missing value counts, CloudWatch looks some periods further back for a real one: short periods make the alarm punctual.
  const period = seconds <= DAY ? MINUTE : HOUR;
  return newPipelineAlarm(scope, id, {
    alarmDescription: `${pipelineName}: no file has arrived for ${Duration.seconds(seconds).toHumanString()}. Ask whoever sends the files. If there are new ones in the bucket, its events`
      + " do not arrive: look whether the bucket still sends them to EventBridge, and at the pipeline's other alarms.",
    metric: pipelineMetric(pipelineName, 'FilesArrived', { period: Duration.seconds(period) }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: seconds / period,
    treatMissingData: TreatMissingData.BREACHING,
    alarmAction,
  });
}

/** What an alarm can look back: a day in periods of less than an hour, else 7 days (CloudWatch API reference, PutMetricAlarm, EvaluationPeriods). */
function checkedSeconds(scope: Construct, every: Duration): number {
  const seconds = every.isUnresolved() ? undefined : every.toSeconds({ integral: false });
  const allowed = seconds !== undefined && seconds > 0 && (seconds <= DAY ? seconds % MINUTE === 0 : seconds <= 7 * DAY && seconds % HOUR === 0);
  if (!allowed) {
    throw new ConfigurationError(
      `expectFileEvery is ${seconds === undefined ? 'known only when the stack is deployed' : `${seconds} seconds`}, but whole minutes up to a day or whole hours up to 7 days`
      + ' are allowed, as far as an alarm of CloudWatch looks back; use Duration.minutes(), Duration.hours() or Duration.days()',
      scope,
    );
  }
  return seconds!;
}
