import { Alarm, AlarmProps, ComparisonOperator, IAlarmAction, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

/** What differs between the alarms of a pipeline. */
export interface PipelineAlarmProps extends Pick<
  AlarmProps, 'alarmDescription' | 'metric' | 'threshold' | 'evaluationPeriods' | 'comparisonOperator' | 'treatMissingData'
> {
  readonly alarmAction: IAlarmAction;
}

/** An alarm that is raised when a metric reaches a threshold; missing data does not raise it, unless the props override that. */
export function newPipelineAlarm(scope: Construct, id: string, { alarmAction, ...props }: PipelineAlarmProps): Alarm {
  const alarm = new Alarm(scope, id, {
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...props,
  });
  alarm.addAlarmAction(alarmAction);
  return alarm;
}
