import { RemovalPolicy } from 'aws-cdk-lib';
import { newLoader } from '../csv-loading/helpers';
import { newGate } from '../quality/helpers';

const wrong = (value: unknown) => value as never;

test.each<[string, (pipeline: ReturnType<typeof newLoader> | ReturnType<typeof newGate>) => unknown, string]>([
  ['grantUpload', (pipeline) => pipeline.grantUpload(wrong(undefined)), 'grantee of grantUpload is undefined, but a role, or a construct that has one is allowed'],
  ['grantStartRuns', (pipeline) => pipeline.grantStartRuns(wrong(5)), 'grantee of grantStartRuns is 5'],
  ['grantReplay', (pipeline) => pipeline.grantReplay(wrong('x')), "grantee of grantReplay is 'x'"],
  ['onFailure', (pipeline) => pipeline.onFailure(wrong(5)), 'id of onFailure is 5'],
  ['metric', (pipeline) => pipeline.metric(wrong(undefined)), 'metricName of metric is undefined'],
  ['a metric', (pipeline) => pipeline.metricRowsRejected(wrong({ period: 60 })), 'period of metric is 60, but a Duration is allowed'],
  ['another metric', (pipeline) => pipeline.metricRowsWarned(wrong('Maximum')), "options of metric is 'Maximum', but a plain object is allowed"],
])('%s refuses what is not of its type', (_, call, message) => {
  for (const pipeline of [newLoader(), newGate()]) {
    expect(() => call(pipeline)).toThrow(message);
  }
});

test('buckets and keys are retained or deleted: there are no snapshots of them', () => {
  for (const make of [newLoader, newGate]) {
    expect(() => make({ removalPolicy: RemovalPolicy.SNAPSHOT })).toThrow("removalPolicy is 'snapshot', but one of RemovalPolicy.RETAIN, RemovalPolicy.DESTROY");
  }
});
