import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { LoaderNotification } from './loader-notification';
import { RowErrorPolicy } from './row-error-policy';
import { CsvFormat } from '../csv/csv-format';
import { GlueCapacity } from '../dispatch/glue-capacity';
import { DataQualityRules } from '../quality/data-quality-rules';
import { IRedshiftWarehouse, SchemaContract } from '../warehouse';

/** Properties of `SchemaEvolvingCsvLoader`. */
export interface SchemaEvolvingCsvLoaderProps {
  /** The warehouse that holds the table. */
  readonly warehouse: IRedshiftWarehouse;

  /**
   * The table, as `schema.table` in lower case. The schema and the table are created when they are missing; the
   * table's history of loads is kept beside it in `<table>__loads`.
   */
  readonly table: string;

  /**
   * Columns of the table that identify a row: a record with the key of a stored row replaces it. Where the loader makes
   * them they hold whole numbers, dates, true/false or text: '1.1' and '1.10' stay two keys. `columnTypes` may name another type.
   *
   * @default ['user_id']
   */
  readonly primaryKey?: string[];

  /**
   * The bucket that files are dropped into. Its lifecycle and encryption are its owner's. Its events must go to
   * EventBridge: automatic for a bucket of this app, set by `enableEventBridge` for an imported one.
   *
   * @default - a new bucket: versioned, encrypted, private, over TLS only, with the lifecycle of `archiveAfter` and `expireAfter`
   */
  readonly bucket?: IBucket;

  /**
   * Whether the deployment switches on the EventBridge events of an imported `bucket`, by a custom resource that
   * leaves the bucket's other notifications as they are. `false` means that they are on already.
   *
   * @default - they are not switched on, and a warning is reported
   */
  readonly enableEventBridge?: boolean;

  /**
   * Keys that start with this are loaded if they end with `.csv` or `.csv.gz` in any letter case; objects with another
   * ending are counted as `FilesIgnored`. Ends with '/'. No two pipelines may share a prefix of a bucket; where they write is
   * derived from it, so that each only needs a prefix of its own.
   *
   * @default '' - the whole bucket
   */
  readonly prefix?: string;

  /**
   * Files that cannot be loaded are moved here, in the same bucket and under their key relative to `prefix`, with the
   * reason in `<key>.error.json` beside each; a key too long for that is cut in the middle. Ends
   * with '/'. No two pipelines may share it.
   *
   * @default - `error/<prefix>`
   */
  readonly errorPrefix?: string;

  /**
   * Records that cannot be loaded are kept here, in the same bucket, as JSON Lines with their reason
   * (`RowErrorPolicy.QUARANTINE_ROWS`). Ends with '/'. No two pipelines may share it.
   *
   * @default - `quarantine/<prefix>`
   */
  readonly quarantinePrefix?: string;

  /**
   * Column by header, for headers whose column is not simply their snake_case: `{ 'E-Mail (work)': 'email' }`. A header is
   * found as it is written, else in any letter case.
   *
   * @default - a header that is a column of the table is that column, in any case; every other becomes snake_case
   */
  readonly columnMapping?: { [header: string]: string };

  /**
   * Type by column, for columns whose values do not show it: `{ version: 'VARCHAR(16)' }` keeps `10.10` as it is, `{ zip: 'CHAR(5)' }` keeps
   * `00123`. Columns in lower case, as tables have them, those of the key too. Types of Redshift by any of their names: SMALLINT, INTEGER, BIGINT,
   * NUMERIC(p,s), REAL, DOUBLE PRECISION, BOOLEAN, DATE, TIMESTAMP, TIMESTAMPTZ, CHAR(n) up to 4,096 bytes, VARCHAR(n) up to 65,535. Without
   * numbers they are what Redshift makes of them: VARCHAR and TEXT are VARCHAR(256), CHAR is CHAR(1), NUMERIC is NUMERIC(18,0).
   *
   * A new column gets exactly this type, and no file changes it: it is neither widened nor grown, and a value that does not fit becomes what
   * `schemaContract` says. Dates may be in the formats of `csv` (`CsvFormat.dateFormats`). Where the table has the column with another type, the run
   * fails, and its files wait; a wider type of the same kind, such as a longer VARCHAR, is taken as it is. `rules` see the column as of its type.
   *
   * @default - the type that holds all values of the file that brings the column
   */
  readonly columnTypes?: { [column: string]: string };

  /**
   * What happens when a file does not fit the table.
   *
   * @default SchemaContract.EVOLVE
   */
  readonly schemaContract?: SchemaContract;

  /**
   * The most rows of a table in which a column may get another type, as `SchemaContract.EVOLVE` has it: that rewrites the
   * table. A whole number from 0, which lets no column grow. Values that a column cannot hold go to its rescue column instead.
   *
   * @default 100000000
   */
  readonly growColumnsUpToRows?: number;

  /**
   * A column that grows with each change of a row, such as a time of change: a record does not replace a stored row
   * that has a greater value, and of records with one key in a file the greatest wins. Values compare as the column's
   * type: numbers and times by their value, text as text, so that '10' comes before '9'. No value is less than any. The
   * loader makes one of dates a TIMESTAMP, since times may follow, and none of text: a file in which it is neither a number nor a date fails
   * unless the table has the column or `columnTypes` names its type.
   *
   * @default - the record that comes last wins
   */
  readonly sequenceColumn?: string;

  /**
   * How the files are written.
   *
   * @default CsvFormat.detect()
   */
  readonly csv?: CsvFormat;

  /**
   * What happens to a file of which some records cannot be loaded.
   *
   * @default RowErrorPolicy.QUARANTINE_ROWS with `rules`, RowErrorPolicy.FAIL_FILE without
   */
  readonly rowErrors?: RowErrorPolicy;

  /**
   * Data quality rules for records. Those that break a rule are rejected; `rowErrors` decides what becomes of the others.
   *
   * @default - records only need to fit the table
   */
  readonly rules?: DataQualityRules;

  /**
   * The part of a file's records, 0 to 1, that rules may reject. Over it nothing of the file is loaded: it moves to the
   * error prefix. Only with `rules`.
   *
   * @default - no limit besides those of single rules
   */
  readonly maxFailRatio?: number;

  /**
   * Where the report on each file goes, in the same bucket: a page to read and its JSON. Ends with '/'. No two
   * pipelines may share it. Only with `rules`.
   *
   * @default - `reports/<prefix>`
   */
  readonly reportPrefix?: string;

  /**
   * Columns whose values reports show unmasked. All other values are masked, since more people read a report than may see
   * personal data. Only with `rules`.
   *
   * @default - every value is masked
   */
  readonly unmaskedColumns?: string[];

  /**
   * What is reported about loaded files, on `notificationTopic` in one message for each run: changes of the table, values that
   * went to a rescue column. `metricColumnsAdded` and `metricRowsRescued` count them in any case.
   *
   * @default - nothing: only failures and rows that rules rejected are reported
   */
  readonly notifyOn?: LoaderNotification[];

  /**
   * How long files are gathered before one run loads them together, 0 to 5 minutes in whole seconds. Each run bills at
   * least a minute of Glue and of the warehouse: a longer window costs less, a shorter one loads sooner.
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
   * Age at which objects of the new landing bucket move to Glacier Instant Retrieval, whole days from 1. S3 leaves
   * objects under 128 KB where they are. Not with `bucket`.
   *
   * @default Duration.days(30)
   */
  readonly archiveAfter?: Duration;

  /**
   * Age at which objects of the new landing bucket are deleted, at least `archiveAfter` plus 90 days; they can be
   * restored for another 30 days, as can overwritten ones. Not with `bucket`.
   *
   * @default Duration.days(730)
   */
  readonly expireAfter?: Duration;

  /**
   * Holds what lies between a run and the warehouse, under `staging/` (7 days), `manifests/` and, with
   * `rules` or `notifyOn`, `outcomes/` (90 days). It must be in
   * the warehouse's Region. The lifecycle of an imported bucket is its owner's; a warning lists the rules that it needs.
   *
   * @default - a new bucket, which the pipelines of a stack with the same `encryptionKey`, `removalPolicy` and `autoDeleteObjects` share. The
   * first pipeline of the stack makes it in its own scope: keep that pipeline first, or give `stagingBucket` and `encryptionKey`, since a
   * pipeline put before it would make new ones, without what was staged, the outcomes and the manifests of the old one
   */
  readonly stagingBucket?: IBucket;

  /**
   * Where files that could not be loaded, rows that rules rejected, and alarms are reported. The policies of a topic of this app
   * and of its key are extended to let `cloudwatch.amazonaws.com` use them; those of an imported topic or key are their owner's to extend, else
   * alarms are lost silently: the topic's must allow that service `sns:Publish` and, if the topic is encrypted, the key's must allow it
   * `kms:Decrypt` and `kms:GenerateDataKey*`, which the policy of `alias/aws/sns` does not. The notifier needs the rights
   * on the key too: import such a topic with `keyArn` (`Topic.fromTopicAttributes`).
   *
   * @default - a new topic, encrypted with a customer key
   */
  readonly notificationTopic?: ITopic;

  /**
   * Encrypts all that the loader creates: buckets, queues, topic and logs. The policy of an imported key must let
   * `cloudwatch.amazonaws.com`, `events.amazonaws.com` and `logs.<region>.amazonaws.com` use it.
   *
   * @default - a new key for the topic and the logs, which the pipelines of a stack with the same `removalPolicy` share, made by the first of
   * them as the staging bucket is (see `stagingBucket`); the buckets' and queues' own encryption for these
   */
  readonly encryptionKey?: IKey;

  /**
   * Role of the Glue job. It must be a role of this app that trusts `glue.amazonaws.com`; the rights that it needs are
   * added, and the tag that gives it its database roles. One that Glue cannot assume is refused; one that takes no rights has a warning.
   *
   * @default - a new role
   */
  readonly role?: IRole;

  /**
   * Names the loader in metrics, logs and keys of the staging bucket; unique in an account and Region. 1 to 64
   * letters, digits, '-', '_' and '.'.
   *
   * @default - made from the construct's path
   */
  readonly pipelineName?: string;

  /**
   * What happens to the new buckets and key when they leave the stack: with the loader or, where pipelines share them, when the pipeline that
   * made them is removed or no longer first (then the first makes new ones). CloudFormation deletes no bucket that holds objects.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Whether the new buckets are emptied when they are deleted, by a function of the CDK: for development. Only with `RemovalPolicy.DESTROY`.
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
