import { Duration, Stack } from 'aws-cdk-lib';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { grantList, grantReadObjects } from './bucket-grants';
import { FileWords } from './file-words';
import { NotifierFileSettings, NotifierSettings, Notice, RetrySettings, SETTINGS_VARIABLE } from './function-settings';
import { LedgerTable } from './ledger-table';
import { runEndedRule, runFailedRule } from './run-ended-rule';
import { RunNotifierFunction } from './run-notifier-function';
import { RunTarget } from './run-target';
import { manifestsPrefix, outcomesPrefix } from './staging-bucket';
import { functionIdentity } from '../common/function-identity';

/** Props of `RunNotifier`. */
export interface RunNotifierProps {
  readonly pipelineName: string;
  /** What runs. */
  readonly target: RunTarget;
  /** Takes the events that the notifier could not handle. */
  readonly failedInvocationsQueue: IQueue;
  /** Tells people. */
  readonly topic: ITopic;
  /** Key of the function's logs. */
  readonly logKey: IKey;
  /** The files that runs are given; without it runs are reported, and nothing else. */
  readonly files?: NotifierFiles;
}

/** How a notifier looks after the files of runs. */
export interface NotifierFiles {
  /** How messages speak of them. */
  readonly words: FileWords;
  /** Takes those of a run that died. */
  readonly queue: IQueue;
  readonly retries: RetrySettings;
  /** Whether there is a sweep. */
  readonly swept: boolean;
  /** Holds the manifests, and outcomes. */
  readonly stagingBucket: IBucket;
  /** What became of each file; without it outcomes say so, and without these every file of a run that died counts as unfinished. */
  readonly ledger?: LedgerTable;
  /** Whether runs write down what they found in each file. */
  readonly keepsOutcomes: boolean;
  /** What of it is reported, however a run ended. */
  readonly notifyOn: Notice[];
}

/**
 * A run that fails, times out or is stopped -> EventBridge rule -> Lambda: files that the run did not finish go to
 * the queue again, as often as `retries` says; the others are reported. When a ledger cannot be read all go again, and
 * that is reported.
 *
 * Where runs write down what they found in files a run that succeeds comes here too, and what `notifyOn` names is reported.
 */
export class RunNotifier extends Construct {
  public readonly function: IFunction;

  constructor(scope: Construct, id: string, props: RunNotifierProps) {
    super(scope, id);
    const { pipelineName, target, topic, files } = props;

    const ofRuns = { pipeline: pipelineName, topicArn: topic.topicArn, ...target.settings };
    const settings: NotifierSettings = files ? { ...ofRuns, ...fileSettings(pipelineName, files) } : ofRuns;
    const notifier = new RunNotifierFunction(this, 'Function', {
      ...functionIdentity(this, props.logKey),
      description: `Retries the files and reports the failures of runs of ${pipelineName}`,
      // A load that commits locks the ledger, and Redshift makes who reads it wait.
      timeout: Duration.minutes(15),
      memorySize: 256,
      deadLetterQueue: props.failedInvocationsQueue,
      environment: { [SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings) },
    });
    target.grantDescribe(notifier);
    if (files) {
      grantReadObjects(notifier, files.stagingBucket, manifestsPrefix(pipelineName));
      if (files.keepsOutcomes) {
        // Listing is what makes a missing outcome, which is normal, a 404.
        grantList(notifier, files.stagingBucket, [outcomesPrefix(pipelineName)]);
        grantReadObjects(notifier, files.stagingBucket, outcomesPrefix(pipelineName));
      }
      files.queue.grantSendMessages(notifier);
    }
    topic.grantPublish(notifier);
    files?.ledger?.grantRead(notifier);
    this.function = notifier;

    const tellsOfSuccess = files?.keepsOutcomes ?? false;
    (tellsOfSuccess ? runEndedRule : runFailedRule)(this, 'RunEnded', target, {
      description: `Runs of ${pipelineName} that ended${tellsOfSuccess ? '' : ' otherwise than well'}`,
      target: new LambdaFunction(notifier, { deadLetterQueue: props.failedInvocationsQueue }),
    });
  }
}

function fileSettings(pipelineName: string, files: NotifierFiles): NotifierFileSettings {
  return {
    queueUrl: files.queue.queueUrl,
    words: files.words,
    retries: files.retries,
    swept: files.swept,
    ledger: files.ledger?.settings,
    outcomes: files.keepsOutcomes
      ? { bucket: files.stagingBucket.bucketName, prefix: outcomesPrefix(pipelineName), notifyOn: files.notifyOn }
      : undefined,
  };
}
