import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DmsReplication } from './dms-replication';
import { notesPlace, statePrefix, statisticsPlace } from './staged-documents';
import { connectionStatements, grantControl } from './target-grants';
import { WatchFunction } from './watch-function';
import { WatchSettings } from './watch-settings';
import { functionIdentity } from '../common/function-identity';
import { grantList, grantReadAndWriteObject, grantReadObjects } from '../dispatch/bucket-grants';
import { FailedInvocations } from '../dispatch/failed-invocations';
import { SETTINGS_VARIABLE } from '../dispatch/function-settings';

/** What DMS calls its events about replications and about instances (EventBridge events reference, "AWS Database Migration Service events"). */
const DMS_EVENTS = [
  'DMS Replication State Change', 'DMS Replication Task State Change', 'DMS Replication Instance State Change', 'DMS Replication Instance Storage State Change',
];

/** What CloudFormation calls its events about stacks. */
const ROLLED_BACK = 'CloudFormation Stack Status Change';

/** Props of `ReplicationWatch`. */
export interface ReplicationWatchProps {
  readonly pipelineName: string;
  readonly dms: DmsReplication;
  readonly bucket: IBucket;
  readonly prefix: string;
  readonly topic: ITopic;
  readonly interval: Duration;
  readonly mergeInterval: Duration;
  /** Key of the function's logs. */
  readonly logKey: IKey;
  /** Key of the queue of failed invocations; without it SQS uses its own. */
  readonly encryptionKey?: IKey;
  readonly alarmAction: IAlarmAction;
}

/** Reports what DMS reports, notes which tables are loaded, compares rows, and looks whether the replication runs: by schedule, and when DMS reports something. */
export class ReplicationWatch extends Construct {
  public readonly function: IFunction;
  /** Events that the function could not handle. */
  public readonly failedInvocationsQueue: IQueue;
  /** There are such events. */
  public readonly failedInvocationsAlarm: Alarm;

  constructor(scope: Construct, id: string, props: ReplicationWatchProps) {
    super(scope, id);
    const { pipelineName, dms, bucket, prefix } = props;
    const settings: WatchSettings = {
      pipeline: pipelineName,
      topicArn: props.topic.topicArn,
      replication: dms.target,
      bucket: bucket.bucketName,
      prefix,
      statePrefix: statePrefix(pipelineName),
      statistics: statisticsPlace(bucket.bucketName, pipelineName),
      notes: notesPlace(bucket.bucketName, pipelineName),
      // DMS gathers changes for a minute, a run waits for another one, and a busy Glue puts it off.
      settleSeconds: 2 * (props.mergeInterval.isUnresolved() ? 300 : props.mergeInterval.toSeconds()) + 900,
    };
    const failed = new FailedInvocations(this, 'FailedInvocations', props);
    const watch = new WatchFunction(this, 'Function', {
      ...functionIdentity(this, props.logKey),
      description: `Watches the replication ${pipelineName}`,
      timeout: Duration.minutes(5),
      memorySize: 256,
      deadLetterQueue: failed.queue,
      environment: { [SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings) },
    });
    grantControl(watch, dms.target, 'Start');
    if (dms.tested.length > 0) {
      connectionStatements(dms.tested).forEach((statement) => watch.addToRolePolicy(statement));
    }
    props.topic.grantPublish(watch);
    this.grantDocuments(watch, props, settings);
    this.function = watch;
    this.failedInvocationsQueue = failed.queue;
    this.failedInvocationsAlarm = failed.newAlarm(Object.fromEntries([...DMS_EVENTS, ROLLED_BACK, 'Scheduled Event'].map((type) => [type, watch])));

    const target = new LambdaFunction(watch, { deadLetterQueue: failed.queue });
    new Rule(this, 'Regularly', { description: `Watch of ${pipelineName}`, schedule: Schedule.rate(props.interval), targets: [target] });
    new Rule(this, 'DmsEvent', {
      description: `What DMS reports of ${pipelineName}`,
      eventPattern: { source: ['aws.dms'], detailType: DMS_EVENTS, resources: dms.eventSources },
      targets: [target],
    });
    new Rule(this, 'RolledBack', {
      description: `Deployments that were rolled back, which may have stopped ${pipelineName}`,
      eventPattern: {
        source: ['aws.cloudformation'],
        detailType: [ROLLED_BACK],
        resources: [Stack.of(this).stackId],
        detail: { 'status-details': { status: ['UPDATE_ROLLBACK_COMPLETE'] } },
      },
      targets: [target],
    });
  }

  private grantDocuments(watch: WatchFunction, { bucket, prefix }: ReplicationWatchProps, settings: WatchSettings): void {
    const { statistics, notes, statePrefix: states } = settings;
    for (const { key } of [statistics, notes]) {
      grantReadAndWriteObject(watch, bucket, key);
    }
    grantList(watch, bucket, [states]);
    grantReadObjects(watch, bucket, states);
    watch.role!.addToPrincipalPolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(`${prefix}*/complete.json`)] }));
  }
}
