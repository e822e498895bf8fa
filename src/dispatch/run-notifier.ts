import { Duration, Stack } from 'aws-cdk-lib';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { grantList, grantReadObjects } from './bucket-grants';
import { NotifierSettings, SETTINGS_VARIABLE } from './function-settings';
import { LedgerTable } from './ledger-table';
import { runEndedRule } from './run-ended-rule';
import { RunNotifierFunction } from './run-notifier-function';
import { SUCCEEDED, UNSUCCESSFUL_STATES } from './run-states';
import { manifestsPrefix, outcomesPrefix } from './staging-bucket';
import { functionIdentity } from '../common/function-identity';

/** Props of `RunNotifier`. */
export interface RunNotifierProps {
  readonly pipelineName: string;
  readonly job: IJob;
  /** The job's log groups as it was told, where Glue does not say which it used. */
  readonly logGroupPrefix: string;
  /** Takes the files of a run that died. */
  readonly queue: IQueue;
  /** Takes the events that the notifier could not handle. */
  readonly failedInvocationsQueue: IQueue;
  /** Holds the manifests. */
  readonly stagingBucket: IBucket;
  /** Tells people. */
  readonly topic: ITopic;
  /** Key of the function's logs. */
  readonly logKey: IKey;
  /** What became of each file; without it outcomes tell, and without these every file of a run that died counts as unfinished. */
  readonly ledger?: LedgerTable;
  /** Whether runs write down what rules found: then people are told of rows that a run rejected, however it ended. */
  readonly keepsOutcomes: boolean;
}

/**
 * A run that fails, times out or is stopped -> EventBridge rule -> Lambda: files that the run did not finish go to
 * the queue again, twice at most; of the others people are told, and at once of those of a gate that timed out. When the
 * ledger cannot be read all go again, and people are told.
 *
 * Where there are rules a run that succeeds comes here too, and people are told of files with rejected rows.
 */
export class RunNotifier extends Construct {
  public readonly function: IFunction;

  constructor(scope: Construct, id: string, props: RunNotifierProps) {
    super(scope, id);

    const settings: NotifierSettings = {
      pipeline: props.pipelineName,
      queueUrl: props.queue.queueUrl,
      topicArn: props.topic.topicArn,
      logGroupPrefix: props.logGroupPrefix,
      ledger: props.ledger?.settings,
      outcomes: props.keepsOutcomes ? { bucket: props.stagingBucket.bucketName, prefix: outcomesPrefix(props.pipelineName) } : undefined,
    };
    const notifier = new RunNotifierFunction(this, 'Function', {
      ...functionIdentity(this, props.logKey),
      description: `Retries the files and tells of the failures of runs of ${props.pipelineName}`,
      // A load that commits locks the ledger, and Redshift makes who reads it wait.
      timeout: Duration.minutes(15),
      memorySize: 256,
      deadLetterQueue: props.failedInvocationsQueue,
      environment: { [SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings) },
    });
    notifier.addToRolePolicy(new PolicyStatement({ actions: ['glue:GetJobRun'], resources: [props.job.jobArn] }));
    grantReadObjects(notifier, props.stagingBucket, manifestsPrefix(props.pipelineName));
    if (props.keepsOutcomes) {
      // Listing is what makes a missing outcome, which is normal, a 404.
      grantList(notifier, props.stagingBucket, [outcomesPrefix(props.pipelineName)]);
      grantReadObjects(notifier, props.stagingBucket, outcomesPrefix(props.pipelineName));
    }
    props.queue.grantSendMessages(notifier);
    props.topic.grantPublish(notifier);
    props.ledger?.grantRead(notifier);
    this.function = notifier;

    runEndedRule(this, 'RunEnded', props.job, {
      description: `Runs of ${props.pipelineName} that ended${props.keepsOutcomes ? '' : ' otherwise than well'}`,
      target: new LambdaFunction(notifier, { deadLetterQueue: props.failedInvocationsQueue }),
    }, props.keepsOutcomes ? [...UNSUCCESSFUL_STATES, SUCCEEDED] : UNSUCCESSFUL_STATES);
  }
}
