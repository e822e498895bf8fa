import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { DataQualityRules } from './data-quality-rules';
import { CsvFormat } from '../csv/csv-format';
import { GlueCapacity } from '../dispatch/glue-capacity';

/** Properties of `DataQualityGate`. */
export interface DataQualityGateProps {
  /**
   * The bucket that files are dropped into, and that all results go to. Its lifecycle and encryption are its owner's. Its
   * events must go to EventBridge: automatic for a bucket of this app, set by `enableEventBridge` for an
   * imported one. In a versioned bucket an original that was moved can be restored.
   */
  readonly bucket: IBucket;

  /** Data quality rules for records. */
  readonly rules: DataQualityRules;

  /**
   * Whether the deployment switches on the EventBridge events of an imported `bucket`, by a custom resource that
   * leaves the bucket's other notifications as they are. `false` means that they are on already.
   *
   * @default - they are not switched on, and a warning is reported
   */
  readonly enableEventBridge?: boolean;

  /**
   * Keys that start with this are checked if they end with `.csv` or `.csv.gz` in any letter case; objects with another
   * ending are counted as `FilesIgnored`. Ends with '/'. No two pipelines may share a prefix of a bucket: give the gate one of its
   * own, such as 'incoming/', where a loader takes the files that passed from the same bucket. Where the gate writes is derived from it.
   *
   * @default '' - the whole bucket
   */
  readonly prefix?: string;

  /**
   * The good rows of a file go here as a CSV, in the same bucket and under the file's key relative to `prefix`, each with one copy: nobody sees
   * half a file. It may be, or lie in, the `prefix` of another pipeline, such as a `SchemaEvolvingCsvLoader`. Ends with '/'.
   *
   * @default - `passed/<prefix>`
   */
  readonly passedPrefix?: string;

  /**
   * Rejected records are kept here, in the same bucket, as JSON Lines with all their reasons. A file that was refused as a whole is moved to
   * `<12 hex digits of its load id>/<its key relative to prefix>` below, with the reason in `<key>.error.json` beside it. Ends with '/'.
   * No two pipelines may share it.
   *
   * @default - `quarantine/<prefix>`
   */
  readonly quarantinePrefix?: string;

  /**
   * Where the report on each file goes, in the same bucket: a page to read and its JSON. Ends with '/'. No two
   * pipelines may share it.
   *
   * @default - `reports/<prefix>`
   */
  readonly reportPrefix?: string;

  /**
   * The originals of files that passed are moved here, in the same bucket, each write to a place of its own.
   * Ends with '/'. No two pipelines may share it.
   *
   * @default - `processed/<prefix>`
   */
  readonly processedPrefix?: string;

  /**
   * Files that are not CSV are moved here, in the same bucket and under their key relative to `prefix`, with the
   * reason in `<key>.error.json` beside each. In an unversioned bucket a later file of that key replaces an earlier one.
   * Ends with '/'. No two pipelines may share it.
   *
   * @default - `error/<prefix>`
   */
  readonly errorPrefix?: string;

  /**
   * Columns that identify a record, for SQL rules whose result has these and not the row id `__line`.
   *
   * @default - such a rule is only counted, and no record passes when it finds any
   */
  readonly key?: string[];

  /**
   * Column by header, for headers whose column is not simply their snake_case: `{ 'E-Mail (work)': 'email' }`, found as it is
   * written, else in any letter case. Rules name columns; what passed has the headers of
   * the file.
   *
   * @default - a header becomes snake_case
   */
  readonly columnMapping?: { [header: string]: string };

  /**
   * How the files are written.
   *
   * @default CsvFormat.detect()
   */
  readonly csv?: CsvFormat;

  /**
   * The part of a file's records, 0 to 1, that rules may reject. Over it nothing passes: the whole file goes to the quarantine and its run fails.
   *
   * @default - no limit besides those of single rules
   */
  readonly maxFailRatio?: number;

  /**
   * Columns whose values reports show unmasked. All other values are masked, since more people read a report than may see
   * personal data.
   *
   * @default - every value is masked
   */
  readonly unmaskedColumns?: string[];

  /**
   * How long files are gathered before one run checks them together, 0 to 5 minutes in whole seconds. Each run bills at
   * least a minute of Glue: a longer window costs less, a shorter one passes files on sooner.
   *
   * @default Duration.minutes(1)
   */
  readonly batchingWindow?: Duration;

  /**
   * How much the Glue job may use.
   *
   * @default GlueCapacity.DEFAULT
   */
  readonly capacity?: GlueCapacity;

  /**
   * Holds what a run makes before it publishes it, under `staging/` (7 days), and `manifests/` and `outcomes/` (90 days). The lifecycle of an
   * imported bucket is its owner's; a warning lists the rules that it needs.
   *
   * @default - a new bucket, which the pipelines of a stack with the same `encryptionKey`, `removalPolicy` and `autoDeleteObjects` share. The
   * first pipeline of the stack makes it in its own scope: keep that pipeline first, or give `stagingBucket` and `encryptionKey`, since a
   * pipeline put before it would make new ones, without what was staged, the outcomes and the manifests of the old one
   */
  readonly stagingBucket?: IBucket;

  /**
   * Where rejected records, files that did not pass, and alarms are reported. The policies of a topic of this app
   * and of its key are extended to let `cloudwatch.amazonaws.com` use them; those of an imported topic or key are their owner's to extend, else
   * alarms are lost silently: the topic's must allow that service `sns:Publish` and, if the topic is encrypted, the key's must allow it
   * `kms:Decrypt` and `kms:GenerateDataKey*`, which the policy of `alias/aws/sns` does not. The notifier needs the rights
   * on the key too: import such a topic with `keyArn` (`Topic.fromTopicAttributes`).
   *
   * @default - a new topic, encrypted with a customer key
   */
  readonly notificationTopic?: ITopic;

  /**
   * Encrypts all that the gate creates: bucket, queues, topic and logs. The policy of an imported key must let
   * `cloudwatch.amazonaws.com`, `events.amazonaws.com` and `logs.<region>.amazonaws.com` use it.
   *
   * @default - a new key for the topic and the logs, which the pipelines of a stack with the same `removalPolicy` share, made by the first of
   * them as the staging bucket is (see `stagingBucket`); the bucket's and queues' own encryption for these
   */
  readonly encryptionKey?: IKey;

  /**
   * Role of the Glue job. It must trust `glue.amazonaws.com`; the rights that it needs are added. One of this app that Glue cannot
   * assume is refused; an imported one, and one that takes no rights, has a warning.
   *
   * @default - a new role
   */
  readonly role?: IRole;

  /**
   * Names the gate in metrics, logs and keys of the staging bucket; unique in an account and Region. 1 to 64
   * letters, digits, '-', '_' and '.'.
   *
   * @default - made from the construct's path
   */
  readonly pipelineName?: string;

  /**
   * What happens to the new bucket and key when they leave the stack: with the gate or, where pipelines share them, when the pipeline that
   * made them is removed or no longer first (then the first makes new ones). CloudFormation deletes no bucket that holds objects.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the new bucket is emptied when it is deleted, by a function of the CDK: for development. Only with `RemovalPolicy.DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;

  /**
   * Raises an alarm (`missingFileAlarm`) when no file has arrived for this long: whole minutes up to a day, or whole hours up to 7 days. The alarm
   * comes some minutes late (over a day, some hours), and is on from the deployment until the first file arrives.
   *
   * @default - no file is expected, and there is no alarm
   */
  readonly expectFileEvery?: Duration;
}
