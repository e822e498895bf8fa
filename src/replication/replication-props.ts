import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { OracleSource } from './oracle-source';
import { ReplicationCapacity } from './replication-capacity';
import { ReplicationFileFormat } from './replication-file-format';
import { ReplicationMode } from './replication-mode';
import { GlueCapacity } from '../dispatch/glue-capacity';
import { IRedshiftWarehouse, SchemaContract } from '../warehouse';

/** Properties of `OracleToRedshiftReplication`. */
export interface OracleToRedshiftReplicationProps {
  /** The warehouse that holds the tables. */
  readonly warehouse: IRedshiftWarehouse;

  /**
   * The network from which the database is reached. In another one DMS has another replication, which loads all tables again (with `ReplicationMode.CDC` it
   * begins at the deployment, and changes between the stop and that are not replicated).
   */
  readonly vpc: IVpc;

  /** The database. Its user needs the rights that the DMS user guide lists for an Oracle source, and SELECT on the catalog's ALL_ views. */
  readonly source: OracleSource;

  /**
   * Which tables, as `SCHEMA.TABLE` in the letters that Oracle has, mostly upper case: `['CRM.%', 'SALES.ORDERS']`. `%` stands for any characters, `_`
   * for any one, itself too. Views are not replicated. A change of it loads all tables again (see `mode`). A table that another construct of the app
   * writes to in the same warehouse, a replication or a loader, is refused; patterns that may have one in common have a warning.
   */
  readonly tables: string[];

  /**
   * Which of them not, written in the same way. One that takes nothing away has a warning.
   *
   * @default - none is left out
   */
  readonly excludeTables?: string[];

  /**
   * The schema of the warehouse for all tables, in lower case.
   *
   * @default - each table goes to the schema with the name of its own, in lower case; `tables` then has to write out the schemas
   */
  readonly targetSchema?: string;

  /**
   * What is replicated. With a full load, a deployment that changes the tables, where they go (`targetSchema`, `warehouse`, `stagingBucket`, `pipelineName`), the mode or the format loads all tables again, which removes
   * what they lack. Another mode is another replication to DMS, which begins when it is deployed: between a stop and `CDC` changes are lost.
   *
   * @default ReplicationMode.FULL_LOAD_AND_CDC
   */
  readonly mode?: ReplicationMode;

  /**
   * What DMS runs on.
   *
   * @default ReplicationCapacity.DEFAULT
   */
  readonly capacity?: ReplicationCapacity;

  /**
   * How DMS writes rows and changes. Change it only when no file waits to be merged: those of the other format are not taken any more.
   *
   * @default ReplicationFileFormat.PARQUET
   */
  readonly fileFormat?: ReplicationFileFormat;

  /**
   * How long changes are gathered before one run merges them, 0 to 5 minutes in whole seconds; Lambda gathers messages of a queue for no longer. DMS writes
   * a file a table and minute at most. Each run bills at least a minute of Glue and of the warehouse: a longer interval costs less, a shorter one brings
   * changes sooner.
   *
   * @default Duration.minutes(5)
   */
  readonly mergeInterval?: Duration;

  /**
   * How much the Glue job may use that merges changes.
   *
   * @default GlueCapacity.DEFAULT
   */
  readonly mergeCapacity?: GlueCapacity;

  /**
   * How many tables a run merges at the same time, 1 to 32.
   *
   * @default 4
   */
  readonly tablesSideBySide?: number;

  /**
   * What happens when a table of the source gets a column, or a value does not fit its column.
   *
   * @default SchemaContract.EVOLVE
   */
  readonly schemaContract?: SchemaContract;

  /**
   * A file of SQL statements for the warehouse's tables, such as a corrected `create_redshift_schema.sql`, that is applied in place of what the schema job
   * would make. It must be possible to run it again. One without statements, or with Oracle's types, is refused.
   *
   * @default - the tables are made from the source's catalog; later deployments apply the differences
   */
  readonly schemaFile?: string;

  /**
   * A file of Oracle's JDBC driver (`ojdbc11.jar`), with which the schema job reads the catalog.
   *
   * @default - the driver that Glue has
   */
  readonly oracleDriverJar?: string;

  /**
   * The longest value of a LOB column (CLOB, BLOB, XMLTYPE...), whole kibibytes from 1 to 102,400. A longer one stops the replication: DMS cannot
   * write LOBs of any length to S3, and the construct does not let it cut them. VARCHAR holds 65,535 bytes in the warehouse: more than 64 KiB help
   * BLOB columns only, and have a warning, since a longer text fails the merge of its file.
   *
   * @default Size.kibibytes(64)
   */
  readonly maxLobSize?: Size;

  /**
   * Raises an alarm (`lagAlarm`) when merged changes were committed longer ago than this, in two quarters of an hour in a row. Whole minutes, longer than
   * `mergeInterval`. Not with `ReplicationMode.FULL_LOAD`.
   *
   * @default - no limit, and no alarm; that the replication has stopped is reported anyway
   */
  readonly maxLag?: Duration;

  /**
   * How often table statistics of DMS are compared with the warehouse's tables, and how soon a finished full load is taken for complete. Whole minutes from 1
   * to 60.
   *
   * @default Duration.minutes(15)
   */
  readonly checkInterval?: Duration;

  /**
   * Subnets for DMS and for the schema job, of two Availability Zones at least. They need a way to the database and, unless `vpcEndpoints` makes it, to S3,
   * Secrets Manager and the Redshift Data API.
   *
   * @default - those with a way out (private), else isolated ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Security groups for DMS. They have to let connections out to the database, and to 443.
   *
   * @default - a new one that lets out just that; open the database to `connections`
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * Whether endpoints of the VPC are made for S3 (gateway), Secrets Manager and the Redshift Data API (interfaces), in isolated subnets for CloudWatch
   * Logs too, where the VPC of this app has none yet. Replications share those of their VPC, which belong to the stack of `vpc` (if the subnets are of another
   * one, to that of the first replication) and stay until no replication of it needs them. DMS Serverless reaches S3 and Secrets Manager through such endpoints only. The deployment fails where a VPC that
   * was made elsewhere has them already: then `false`.
   *
   * @default true
   */
  readonly vpcEndpoints?: boolean;

  /**
   * Whether the roles are made that DMS needs once in an account: `dms-vpc-role` and `dms-cloudwatch-logs-role`. The deployment fails where the account has them
   * already.
   *
   * @default false
   */
  readonly createServiceRoles?: boolean;

  /**
   * Whether DMS writes its log to CloudWatch Logs, which says why a table or a replication fails. The account needs the role `dms-cloudwatch-logs-role` for it
   * (`createServiceRoles`).
   *
   * @default true
   */
  readonly replicationLogs?: boolean;

  /**
   * Holds what DMS writes, under `replication/` (30 days), and what lies between a run and the warehouse, under `staging/` (7 days) and `manifests/` (90 days). It must
   * not be versioned, and must be in the warehouse's Region. The lifecycle of an imported bucket is its owner's; a warning lists the rules that it needs.
   *
   * @default - a new bucket, which the pipelines of a stack with the same `encryptionKey`, `removalPolicy` and `autoDeleteObjects` share. The
   * first pipeline of the stack makes it in its own scope: keep that pipeline first, or give `stagingBucket` and `encryptionKey`, since a
   * pipeline put before it would make new ones, without the files that wait and the manifests of the old one
   */
  readonly stagingBucket?: IBucket;

  /**
   * Whether the deployment switches on the EventBridge events of an imported `stagingBucket`, by a custom resource that
   * leaves the bucket's other notifications as they are. `false` means that they are on already.
   *
   * @default - they are not switched on, and a warning is reported
   */
  readonly enableEventBridge?: boolean;

  /**
   * Where failures of DMS, files that could not be merged, differences and alarms are reported. The policies of a topic of this app
   * and of its key are extended to let `cloudwatch.amazonaws.com` use them; those of an imported topic or key are their owner's to extend, else
   * alarms are lost silently: the topic's must allow that service `sns:Publish` and, if the topic is encrypted, the key's must allow it
   * `kms:Decrypt` and `kms:GenerateDataKey*`, which the policy of `alias/aws/sns` does not. The functions need the rights
   * on the key too: import such a topic with `keyArn` (`Topic.fromTopicAttributes`).
   *
   * @default - a new topic, encrypted with a customer key
   */
  readonly notificationTopic?: ITopic;

  /**
   * Encrypts all that the replication creates: bucket, queues, topic, logs, and the storage of DMS. With another key DMS has another replication, which
   * loads all tables again (with `ReplicationMode.CDC` it begins at the deployment). The policy of an imported key must let
   * `cloudwatch.amazonaws.com`, `events.amazonaws.com` and `logs.<region>.amazonaws.com` use it.
   *
   * @default - a new key for the topic and the logs, which the pipelines of a stack with the same `removalPolicy` share, made by the first of
   * them as the staging bucket is (see `stagingBucket`); the own encryption of bucket, queues and DMS for these
   */
  readonly encryptionKey?: IKey;

  /**
   * Role of the Glue job that merges. It must be a role of this app that trusts `glue.amazonaws.com`; the rights that it needs are
   * added, and the tag that gives it its database roles. One that Glue cannot assume is refused; one that takes no rights has a warning.
   *
   * @default - a new role
   */
  readonly role?: IRole;

  /**
   * Role of the Glue job that reads the source's catalog and makes the tables; as `role`.
   *
   * @default - a new role
   */
  readonly schemaRole?: IRole;

  /**
   * Names the replication in metrics, logs and keys of the staging bucket; unique in an account and Region. 1 to 64
   * letters, digits, '-', '_' and '.'.
   *
   * @default - made from the construct's path
   */
  readonly pipelineName?: string;

  /**
   * What happens to the new bucket and key when they leave the stack: with the replication or, where pipelines share them, when the pipeline that
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
   * Raises an alarm (`missingFileAlarm`) when DMS has written no file for this long: whole minutes up to a day, or whole hours up to 7 days. The alarm
   * comes some minutes late (over a day, some hours), and is on from the deployment until the first file arrives.
   *
   * @default - a source without changes writes no file, and there is no alarm
   */
  readonly expectFileEvery?: Duration;
}
