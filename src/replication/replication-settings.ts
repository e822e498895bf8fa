import { OracleSource } from './oracle-source';
import { ReplicationFileFormat } from './replication-file-format';
import { TableSelection, textOf } from './table-patterns';
import { IRedshiftWarehouse, SchemaContract } from '../warehouse';
import { secretId } from '../warehouse/secret-id';
import { renderWarehouse } from '../warehouse/warehouse-settings';

/** Settings of the job that merges changes. */
export interface MergeSettings {
  readonly pipelineName: string;
  readonly prefix: string;
  readonly targetSchema?: string;
  readonly format: ReplicationFileFormat;
  readonly schemaContract: SchemaContract;
  readonly stagingBucketName: string;
  readonly stagingPrefix: string;
  readonly warehouse: IRedshiftWarehouse;
  readonly sideBySide: number;
  /** The job that makes tables, unless a file of the user's says which there are. */
  readonly schemaJobName?: string;
}

/** The merge job's `--settings`: the only place that names its fields here; `customer_data.replication` reads them. What is undefined is left out, which the job takes as null. */
export function renderMergeSettings(settings: MergeSettings): object {
  return {
    pipeline: settings.pipelineName,
    prefix: settings.prefix,
    target_schema: settings.targetSchema,
    format: settings.format,
    schema_contract: settings.schemaContract,
    staging: { bucket: settings.stagingBucketName, prefix: settings.stagingPrefix },
    warehouse: renderWarehouse(settings.warehouse.connection, settings.warehouse.copyRole.roleArn),
    side_by_side: settings.sideBySide,
    schema_job: settings.schemaJobName,
  };
}

/** Settings of the job that reads the source's catalog and makes the warehouse's tables. */
export interface SchemaSettings {
  readonly pipelineName: string;
  readonly source: OracleSource;
  readonly tables: TableSelection;
  readonly targetSchema?: string;
  /** An `s3://` URL. */
  readonly schemaFile?: string;
  readonly outputBucketName: string;
  readonly outputPrefix: string;
  readonly warehouse: IRedshiftWarehouse;
}

/** The schema job's `--settings`: the only place that names its fields here; `customer_data.oracle_schema` reads them. */
export function renderSchemaSettings(settings: SchemaSettings): object {
  const { source, tables, warehouse } = settings;
  return {
    pipeline: settings.pipelineName,
    source: {
      secret_id: secretId(source.secret), service_name: source.serviceName, host: source.host, port: source.port, number_scale: source._numberScale,
    },
    tables: { include: tables.include.map(textOf), exclude: tables.exclude.map(textOf) },
    target_schema: settings.targetSchema,
    schema_file: settings.schemaFile,
    output: { bucket: settings.outputBucketName, prefix: settings.outputPrefix },
    warehouse: renderWarehouse(warehouse.connection, warehouse.copyRole.roleArn),
  };
}
