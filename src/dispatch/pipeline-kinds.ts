import type { GlueCapacity } from './glue-capacity';
import type { PipelineOptions } from './pipeline-parts';
import { BUCKET, DURATION, KEY, ROLE, TOPIC } from '../common/aws-kinds';
import { BOOLEAN, like, optional, PropKinds } from '../common/kinds';

export const CAPACITY = like<GlueCapacity>('a GlueCapacity', 'write for example GlueCapacity.of({ maxWorkers: 10 })', 'workerType', 'maxWorkers', 'timeout', 'isEqualTo');

/** The props that every pipeline of files has. */
export const PIPELINE_KINDS: PropKinds<PipelineOptions> = {
  enableEventBridge: optional(BOOLEAN),
  capacity: optional(CAPACITY),
  stagingBucket: optional(BUCKET),
  notificationTopic: optional(TOPIC),
  encryptionKey: optional(KEY),
  role: optional(ROLE),
  expectFileEvery: optional(DURATION),
};
