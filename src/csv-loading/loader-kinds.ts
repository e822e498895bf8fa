import { LoaderNotification } from './loader-notification';
import { SchemaEvolvingCsvLoaderProps } from './loader-props';
import { RowErrorPolicy } from './row-error-policy';
import { BUCKET, DURATION, KEEP_OR_DELETE } from '../common/aws-kinds';
import { BOOLEAN, listOf, mapOf, NUMBER, oneOf, optional, PropKinds, TEXT } from '../common/kinds';
import { CSV_FORMAT } from '../csv/csv-kinds';
import { PIPELINE_KINDS } from '../dispatch/pipeline-kinds';
import { RULES } from '../quality/rule-kinds';
import { SchemaContract } from '../warehouse';
import { WAREHOUSE } from '../warehouse/warehouse-kinds';

export const LOADER_KINDS: PropKinds<SchemaEvolvingCsvLoaderProps> = {
  ...PIPELINE_KINDS,
  warehouse: WAREHOUSE,
  table: TEXT,
  primaryKey: optional(listOf(TEXT)),
  bucket: optional(BUCKET),
  prefix: optional(TEXT),
  errorPrefix: optional(TEXT),
  quarantinePrefix: optional(TEXT),
  columnMapping: optional(mapOf(TEXT)),
  columnTypes: optional(mapOf(TEXT)),
  schemaContract: optional(oneOf('SchemaContract', SchemaContract)),
  growColumnsUpToRows: optional(NUMBER),
  sequenceColumn: optional(TEXT),
  csv: optional(CSV_FORMAT),
  rowErrors: optional(oneOf('RowErrorPolicy', RowErrorPolicy)),
  rules: optional(RULES),
  notifyOn: optional(listOf(oneOf('LoaderNotification', LoaderNotification))),
  maxFailRatio: optional(NUMBER),
  reportPrefix: optional(TEXT),
  unmaskedColumns: optional(listOf(TEXT)),
  batchingWindow: optional(DURATION),
  archiveAfter: optional(DURATION),
  expireAfter: optional(DURATION),
  pipelineName: optional(TEXT),
  removalPolicy: optional(KEEP_OR_DELETE),
  autoDeleteObjects: optional(BOOLEAN),
};
