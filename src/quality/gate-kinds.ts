import { DataQualityGateProps } from './gate-props';
import { RULES } from './rule-kinds';
import { BUCKET, DURATION, KEEP_OR_DELETE } from '../common/aws-kinds';
import { BOOLEAN, listOf, mapOf, NUMBER, optional, PropKinds, TEXT } from '../common/kinds';
import { CSV_FORMAT } from '../csv/csv-kinds';
import { PIPELINE_KINDS } from '../dispatch/pipeline-kinds';

export const GATE_KINDS: PropKinds<DataQualityGateProps> = {
  ...PIPELINE_KINDS,
  bucket: BUCKET,
  rules: RULES,
  prefix: optional(TEXT),
  passedPrefix: optional(TEXT),
  quarantinePrefix: optional(TEXT),
  reportPrefix: optional(TEXT),
  processedPrefix: optional(TEXT),
  errorPrefix: optional(TEXT),
  key: optional(listOf(TEXT)),
  columnMapping: optional(mapOf(TEXT)),
  csv: optional(CSV_FORMAT),
  maxFailRatio: optional(NUMBER),
  unmaskedColumns: optional(listOf(TEXT)),
  batchingWindow: optional(DURATION),
  pipelineName: optional(TEXT),
  removalPolicy: optional(KEEP_OR_DELETE),
  autoDeleteObjects: optional(BOOLEAN),
};
