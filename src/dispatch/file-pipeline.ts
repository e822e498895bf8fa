import { Alarm, Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { Grant, IGrantable, IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { pipelineMetric } from './pipeline-metric';
import { PipelineParts } from './pipeline-parts';
import { runFailedRule } from './run-ended-rule';
import { EVENT_OPTIONS, GRANTEE, METRIC_OPTIONS } from '../common/aws-kinds';
import { NAME } from '../common/kinds';
import { metricOptions } from '../common/metric-options';
import { requireArguments } from '../common/require-kinds';

/**
 * What the public constructs for files have in common; jsii makes it part of each.
 *
 * @internal
 */
export abstract class FilePipeline extends Construct implements IGrantable {
  /** @internal */
  protected abstract readonly _parts: PipelineParts;

  /** Names the pipeline in metrics, logs and keys of the staging bucket. */
  public get pipelineName(): string {
    return this._parts.pipelineName;
  }

  /** Where files are dropped. */
  public get bucket(): IBucket {
    return this._parts.bucket;
  }

  /** Files of the bucket whose key starts with this are taken; '' is the whole bucket. */
  public get prefix(): string {
    return this._parts.prefixes.prefix;
  }

  /** Where a run keeps data on its way, and where the manifests of runs are kept. */
  public get stagingBucket(): IBucket {
    return this._parts.stagingBucket;
  }

  /** Where failures and rejected records are reported. */
  public get notificationTopic(): ITopic {
    return this._parts.notificationTopic;
  }

  /** The Glue job that takes the files. */
  public get job(): IJob {
    return this._parts.job;
  }

  /** Role of the Glue job. */
  public get jobRole(): IRole {
    return this._parts.jobRole;
  }

  /** Principal of the Glue job. */
  public get grantPrincipal(): IPrincipal {
    return this._parts.jobRole.grantPrincipal;
  }

  /** The function that starts runs. */
  public get dispatcher(): IFunction {
    return this._parts.dispatcher;
  }

  /** The function that looks after runs that have ended. */
  public get notifier(): IFunction {
    return this._parts.notifier;
  }

  /** The function that, once a day, queues files that no event brought. */
  public get sweep(): IFunction {
    return this._parts.sweep!; // Each job writes down which files it has finished.
  }

  /** Events wait here for a run. */
  public get queue(): IQueue {
    return this._parts.queue;
  }

  /** Events of files that could not be handled; redrive them to `queue`. */
  public get deadLetterQueue(): IQueue {
    return this._parts.deadLetterQueue;
  }

  /** A message is in the dead-letter queue. */
  public get deadLetterAlarm(): Alarm {
    return this._parts.deadLetterAlarm;
  }

  /** Events that the notifier or the sweep could not handle; invoke the function again with a message's body. */
  public get failedInvocationsQueue(): IQueue {
    return this._parts.failedInvocationsQueue;
  }

  /** A message is in the queue of failed invocations. */
  public get failedInvocationsAlarm(): Alarm {
    return this._parts.failedInvocationsAlarm;
  }

  /** A file has waited for a run for 6 hours. */
  public get waitingAlarm(): Alarm {
    return this._parts.waitingAlarm;
  }

  /** The dispatcher fails again and again: no run is started. */
  public get dispatcherAlarm(): Alarm {
    return this._parts.dispatcherAlarm;
  }

  /**
   * No file has arrived for the time that `expectFileEvery` says.
   *
   * @default - no file is expected
   */
  public get missingFileAlarm(): Alarm | undefined {
    return this._parts.missingFileAlarm;
  }

  /**
   * A rule that fires when a run fails, times out or is stopped.
   *
   * @param id construct id of the rule
   * @param options the rule's target and more
   */
  public onFailure(id: string, options?: OnEventOptions): Rule {
    requireArguments('onFailure', { id, options }, { id: NAME, options: EVENT_OPTIONS });
    return runFailedRule(this, id, this._parts.target, options);
  }

  /** Lets a grantee start runs of the job, such as one more with the arguments of one that failed, and follow them. */
  public grantStartRuns(grantee: IGrantable): Grant {
    requireArguments('grantStartRuns', { grantee }, { grantee: GRANTEE });
    return Grant.addToPrincipal({ grantee, actions: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns'], resourceArns: [this.job.jobArn] });
  }

  /** A metric of this pipeline by its name; summed over 5 minutes unless overridden. */
  public metric(metricName: string, options?: MetricOptions): Metric {
    requireArguments('metric', { metricName, options }, { metricName: NAME, options: METRIC_OPTIONS });
    return pipelineMetric(this.pipelineName, metricName, options);
  }

  /**
   * Files whose event arrived; not counted again when Glue is busy, when a run died or when the sweep queues them, nor those of which no
   * event came.
   */
  public metricFilesArrived(options?: MetricOptions): Metric {
    return this.metric('FilesArrived', options);
  }

  /** Files that were not taken because a newer write of their key was, or because they were gone. */
  public metricFilesSuperseded(options?: MetricOptions): Metric {
    return this.metric('FilesSuperseded', options);
  }

  /** Objects under the prefix that are none of the pipeline's files by their name. */
  public metricFilesIgnored(options?: MetricOptions): Metric {
    return this.metric('FilesIgnored', options);
  }

  /** Runs that died and whose files went again by themselves. */
  public metricRunsRetried(options?: MetricOptions): Metric {
    return this.metric('RunsRetried', options);
  }

  /** Seconds that a file has waited when a run is to be started for it; the longest in 5 minutes unless overridden. */
  public metricWaitSeconds(options?: MetricOptions): Metric {
    return this.metric('WaitSeconds', metricOptions('metricWaitSeconds', options, { statistic: Stats.MAXIMUM }));
  }
}
