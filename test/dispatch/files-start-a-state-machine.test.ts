import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, DescribeExecutionCommandOutput, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, Pass, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { mockClient } from 'aws-sdk-client-mock';
import { Construct } from 'constructs';
import { asDeployed, endedEvent, queuedBodies, remembering, settingsOf, told } from './deployed';
import { metricsOf, objectCreated, s3EventBody, sqsEvent } from './factories';
import { handler as dispatch } from '../../src/dispatch/dispatcher.lambda';
import { newFileRuns } from '../../src/dispatch/file-runs';
import { fileWords } from '../../src/dispatch/file-words';
import { parseManifest } from '../../src/dispatch/manifest';
import { parseObjectCreated } from '../../src/dispatch/object-event';
import { RunNotifier } from '../../src/dispatch/run-notifier';
import { handler as notify } from '../../src/dispatch/run-notifier.lambda';
import { stateMachineTarget } from '../../src/dispatch/state-machine-target';
import { handler as sweep } from '../../src/dispatch/sweep.lambda';
import { matches } from '../csv-loading/event-pattern';
import { joined, newStack, resources, rightsOf } from '../csv-loading/helpers';

const newMachine = (scope: Construct): StateMachine => new StateMachine(scope, 'Machine', { definitionBody: DefinitionBody.fromChainable(new Pass(scope, 'Any')) });

/** Predictions, complete when their manifest is there, go to a state machine that sends them on. */
class Sync extends Construct {
  constructor(scope: Construct, id: string, retries: number, others: { batchingWindow?: Duration; keepsOutcomes?: boolean } = {}) {
    super(scope, id);
    const key = new Key(this, 'Key');
    newFileRuns(this, {
      pipelineName: 'sync',
      bucket: new Bucket(this, 'Predictions'),
      keys: { prefix: 'predictions/', ownPrefixes: [], fileName: '_MANIFEST.json' },
      target: stateMachineTarget(newMachine(this), new LogGroup(this, 'Log')),
      stagingBucket: new Bucket(this, 'Staging'),
      batchingWindow: Duration.seconds(0),
      topic: new Topic(this, 'Topic'),
      logKey: key,
      words: fileWords('synced', 'sync {}', { file: 'prediction run' }),
      retries: { most: retries, afterTimeout: true },
      keepsOutcomes: false,
      notifyOn: [],
      ...others,
    });
  }
}

/** A state machine that runs by the clock. */
class Segmentation extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new RunNotifier(this, 'Notifier', {
      pipelineName: 'segments',
      target: stateMachineTarget(newMachine(this)),
      failedInvocationsQueue: new Queue(this, 'Failed'),
      topic: new Topic(this, 'Topic'),
      logKey: new Key(this, 'Key'),
    });
  }
}

const stack = newStack();
new Sync(stack, 'Sync', 0);
new Sync(stack, 'Patient', 1, { batchingWindow: Duration.minutes(1) });
new Sync(stack, 'Swept', 0, { keepsOutcomes: true });
new Segmentation(stack, 'Segmentation');
const template = Template.fromStack(stack);
const dispatcher = settingsOf(template, 'SyncDispatch');
const notifier = settingsOf(template, 'SyncNotifier');
const pattern = (idStart: string) => resources(template, 'AWS::Events::Rule', idStart)[0].Properties.EventPattern;

const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
const stepFunctions = mockClient(SFNClient);
let objects: Map<string, string>;

const TODAY = 'predictions/run=2024-03-01/_MANIFEST.json';
const YESTERDAY = 'predictions/run=2024-02-29/_MANIFEST.json';
const body = (key: string): string => s3EventBody(objectCreated({ bucket: dispatcher.bucket, key }));
const refusal = (name: string): Error => Object.assign(new Error('no'), { name });

beforeEach(() => {
  [s3, sns, sqs, stepFunctions].forEach((client) => client.reset());
  objects = remembering(s3);
  stepFunctions.on(StartExecutionCommand).resolves({ executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:sync:e' });
  sqs.on(SendMessageBatchCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  for (const level of ['info', 'warn'] as const) {
    jest.spyOn(console, level).mockReturnValue();
  }
});

function dispatchFiles(...bodies: string[]): Promise<unknown> {
  return dispatchAs(dispatcher, ...bodies);
}

async function dispatchAs(settings: object, ...bodies: string[]): Promise<unknown> {
  asDeployed(settings);
  let answer: unknown;
  await metricsOf(async () => { answer = await dispatch(sqsEvent(bodies)); });
  return answer;
}

/** The starts that were asked for, each with the files of its manifest. */
const starts = () => stepFunctions.commandCalls(StartExecutionCommand).map(({ args: [{ input }] }) => {
  const { manifest } = JSON.parse(input.input!);
  return { machine: input.stateMachineArn, name: input.name!, input: input.input!, files: parseManifest(manifest, objects.get(manifest)!).files };
});

type Execution = Pick<DescribeExecutionCommandOutput, 'input' | 'error' | 'cause'>;

async function end(settings: Record<string, any>, rule: string, status: string, execution: Partial<Execution>): Promise<void> {
  const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:sync:e-1';
  stepFunctions.on(DescribeExecutionCommand, { executionArn }).resolves(execution);
  asDeployed(settings);
  await metricsOf(() => notify(endedEvent(pattern(rule), { executionArn, stateMachineArn: settings.stateMachineArn, name: 'e-1', status })));
}

describe('as deployed', () => {
  test('hears of manifests only, each of its own machine that ends otherwise than well', () => {
    const rule = JSON.parse(JSON.stringify(pattern('SyncDispatchObjectCreated')));
    rule.detail.bucket.name = rule.detail.bucket.name.map(joined);
    const heard = (key: string): boolean => matches(rule, JSON.parse(s3EventBody(objectCreated({ bucket: rule.detail.bucket.name[0], key }))));
    expect([TODAY, 'predictions/_MANIFEST.json', 'predictions/run=2024-03-01/part-0.csv.gz', 'models/_MANIFEST.json'].map(heard)).toEqual([true, true, false, false]);
    expect(pattern('SyncNotifierRunEnded')).toEqual({
      'source': ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      'detail': { stateMachineArn: [{ Ref: expect.stringMatching(/^SyncMachine/) }], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
    });
  });

  test('may start executions of its machine and look at them, and nothing of Glue', () => {
    const of = (policy: string): string[] => rightsOf(template, policy).filter((right) => /states|glue/.test(right));
    expect(of('SyncDispatchDispatcherRole')).toEqual(['states:StartExecution on ${SyncMachine}']);
    expect(of('SyncNotifierRole')).toEqual([expect.stringMatching(/^states:DescribeExecution on arn:\$\{AWS::Partition}:states:.*:execution:.*SyncMachine.*:\*$/)]);
    expect(rightsOf(template, 'SegmentationNotifierRole').filter((right) => !/logs/.test(right))).toEqual([
      expect.stringMatching(/^sqs:SendMessage on \$\{SegmentationFailed/), expect.stringMatching(/^states:DescribeExecution on/), expect.stringMatching(/^sns:Publish on/),
    ]);
  });

  test('has no sweep, since nothing says which manifests are done with', () => {
    expect(resources(template, 'AWS::Lambda::Function', 'SyncSweep')).toEqual([]);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp("'Step Functions Execution Status Change' is for ")])] },
    });
    const descriptions = resources(template, 'AWS::CloudWatch::Alarm', 'Sync').map(({ Properties }) => joined(Properties.AlarmDescription)).join('\n');
    expect(descriptions).toContain('a right or a state machine that is missing');
    expect(descriptions).toContain('Step Functions refuses to start one');
    expect(descriptions).not.toMatch(/Glue|Scheduled Event/);
  });
});

test('starts an execution for each manifest, told by the manifest of the dispatch, and for nothing else', async () => {
  const answer = await dispatchFiles(body(TODAY), body(YESTERDAY), body('predictions/run=2024-03-01/x_MANIFEST.json'));
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(starts().map(({ machine, files }) => [machine, files.map(({ key }) => key)])).toEqual([
    [dispatcher.stateMachineArn, [TODAY]], [dispatcher.stateMachineArn, [YESTERDAY]],
  ]);
});

test('gives an execution the name of the write, so that an event that comes twice starts nothing twice', async () => {
  stepFunctions.on(StartExecutionCommand).resolvesOnce({}).rejects(refusal('ExecutionAlreadyExists'));
  expect(await dispatchFiles(body(TODAY))).toEqual({ batchItemFailures: [] });
  expect(await dispatchFiles(body(TODAY), body(TODAY))).toEqual({ batchItemFailures: [] });
  const names = starts().map(({ name }) => name);
  expect(new Set(names).size).toBe(1);
  expect(names[0]).toMatch(/^[0-9a-f]{64}-0$/);
  expect(names[0].length).toBeLessThanOrEqual(80);
  expect(sqs.calls()).toHaveLength(0);
});

test('starts a file that the sweep found again every day, and once a day, whatever was started for its event', async () => {
  const known = new Set<string>();
  stepFunctions.on(StartExecutionCommand).callsFake(({ name }) => {
    if (known.has(name)) {
      throw refusal('ExecutionAlreadyExists');
    }
    known.add(name);
    return {};
  });
  const of = settingsOf(template, 'SweptDispatch');
  const write = objectCreated({ bucket: of.bucket, key: TODAY });
  await dispatchAs(of, s3EventBody(write));
  const [{ name }] = starts();

  for (const day of ['2024-03-02', '2024-03-03']) {
    jest.useFakeTimers({ now: new Date(`${day}T04:00:00Z`), doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    s3.on(ListObjectVersionsCommand).resolves({
      Versions: [{ Key: write.key, VersionId: write.versionId!, IsLatest: true, ETag: `"${write.etag}"`, Size: write.size, LastModified: new Date(write.eventTime) }],
    });
    sqs.resetHistory();
    asDeployed(settingsOf(template, 'SweptSweep'));
    await sweep();
    await dispatchAs(of, ...queuedBodies(sqs));
    await dispatchAs(of, ...queuedBodies(sqs));
    jest.useRealTimers();
  }

  expect([...known]).toEqual([name, `${name}-20240302`, `${name}-20240303`]);
  expect(Math.max(...[...known].map(({ length }) => length))).toBeLessThanOrEqual(80);
});

test('takes no more files at a time than it can start in its minute, ten at a time', async () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', { BatchSize: 100, MaximumBatchingWindowInSeconds: 60 });
  let open = 0;
  let most = 0;
  stepFunctions.on(StartExecutionCommand).callsFake(async () => {
    most = Math.max(most, ++open);
    await new Promise(setImmediate);
    open--;
    return {};
  });
  const keys = Array.from({ length: 25 }, (_, index) => `predictions/${index}/_MANIFEST.json`);
  expect(await dispatchFiles(...keys.map(body))).toEqual({ batchItemFailures: [] });
  expect(starts().flatMap(({ files }) => files.map(({ key }) => key)).sort()).toEqual([...keys].sort());
  expect(most).toBe(10);
});

test.each(['ExecutionLimitExceeded', 'ThrottlingException', 'KmsThrottlingException'])('puts off only the files whose start Step Functions refuses with %s', async (name) => {
  stepFunctions.on(StartExecutionCommand).resolvesOnce({}).rejectsOnce(refusal(name));
  expect(await dispatchFiles(body(TODAY), body(YESTERDAY))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input.Entries!.map(({ ReceiptHandle }) => ReceiptHandle))).toEqual([['receipt1']]);
});

test('fails, and so is repeated, when the machine is missing', async () => {
  stepFunctions.on(StartExecutionCommand).rejects(refusal('StateMachineDoesNotExist'));
  await expect(dispatchFiles(body(TODAY))).rejects.toThrow('no');
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(1);
});

test.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('tells people at once of an execution that ended as %s, with the links to it, where nothing is repeated', async (status) => {
  await dispatchFiles(body(TODAY));
  await end(notifier, 'SyncNotifierRunEnded', status, { input: starts()[0].input, error: 'SalesforceRefused', cause: 'the field Segment__c does not exist' });

  expect(queuedBodies(sqs)).toEqual([]);
  expect(told(sns)).toHaveLength(1);
  expect(told(sns)[0].Subject).toBe(`${status}: 1 prediction run(s) not synced by sync`);
  expect(told(sns)[0].Message!.replaceAll(dispatcher.bucket, 'predictions').replace(notifier.stateMachineArn, 'sync')).toBe(`Pipeline: sync
Machine:  sync
Run:      e-1
State:    ${status}
Reason:   SalesforceRefused: the field Segment__c does not exist

1 prediction run(s) are where they were and are not synced:
- s3://predictions/${TODAY}: not finished by 1 run
To sync them: remove the cause that the log names, then redrive the execution, or start one with the input of this one.

Run: https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/arn:aws:states:eu-central-1:123456789012:execution:sync:e-1
Log: https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/${notifier.logGroupName}/log-events$3FfilterPattern$3D$2522e-1$2522`);
});

test('queues the file of an execution that failed as often as it is told, and an execution of its own is started for it', async () => {
  await dispatchFiles(body(TODAY));
  const patient = settingsOf(template, 'PatientNotifier');
  await end(patient, 'PatientNotifierRunEnded', 'FAILED', { input: starts()[0].input });
  expect(told(sns)).toEqual([]);
  expect(queuedBodies(sqs).map((queued) => parseObjectCreated(queued).attempt)).toEqual([1]);

  await dispatchFiles(...queuedBodies(sqs));
  const [first, second] = starts();
  expect(second.name).toBe(first.name.replace(/0$/, '1'));
  await end(patient, 'PatientNotifierRunEnded', 'FAILED', { input: second.input });
  expect(queuedBodies(sqs)).toHaveLength(1);
  expect(told(sns)[0].Message).toContain(`${TODAY}: not finished by 2 runs`);
  expect(told(sns)[0].Message).toContain('Reason:   Step Functions gives none; see the log');
});

test('tells of an execution that somebody started without a manifest', async () => {
  await end(notifier, 'SyncNotifierRunEnded', 'FAILED', { input: '[1]', error: 'E' });
  expect(told(sns)[0].Message).toContain('Reason:   E\n');
  expect(s3.calls()).toHaveLength(0);
});

test('tells of a machine without files which run failed, why, and how to have it repeated', async () => {
  await end(settingsOf(template, 'SegmentationNotifier'), 'SegmentationNotifierRunEnded', 'TIMED_OUT', { input: '{"manifest": "s3://any/thing"}' });
  expect(told(sns)[0].Subject).toBe('TIMED_OUT: a run of segments');
  expect(told(sns)[0].Message).toContain('Reason:   Step Functions gives none; see the run\n\nTo have it repeated: redrive the execution, or start one with the input of this one.\n\nRun: https://');
  expect(told(sns)[0].Message).not.toMatch(/file|Log:/);
  expect(s3.calls()).toHaveLength(0);
});
