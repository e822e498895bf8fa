import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsClientStub } from 'aws-sdk-client-mock';
import { SETTINGS_VARIABLE } from '../../src/dispatch/function-settings';
import { joined, resources } from '../csv-loading/helpers';

/** The settings of a deployed function, with each reference as a name that AWS might have given. */
export function settingsOf(template: Template, idStart: string): Record<string, any> {
  const [{ Properties }] = resources(template, 'AWS::Lambda::Function', idStart);
  return JSON.parse(joined(Properties.Environment.Variables[SETTINGS_VARIABLE]).replace(/\$\{([^}]+)\}/g, (_, name) => name.replace(/\W/g, '-').toLowerCase()));
}

/** Makes a handler that is called next the deployed function. */
export function asDeployed(settings: object): void {
  process.env[SETTINGS_VARIABLE] = JSON.stringify(settings);
}

/** Makes S3 give out what was put into it: texts by URL. */
export function remembering(s3: AwsClientStub<S3Client>): Map<string, string> {
  const objects = new Map<string, string>();
  s3.on(PutObjectCommand).callsFake(({ Bucket, Key, Body }) => {
    objects.set(`s3://${Bucket}/${Key}`, String(Body));
    return {};
  });
  s3.on(GetObjectCommand).callsFake(({ Bucket, Key }) => {
    const text = objects.get(`s3://${Bucket}/${Key}`);
    if (text === undefined) {
      throw Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' });
    }
    return { Body: { transformToString: async () => text } };
  });
  return objects;
}

/** The bodies of the messages that were put on a queue. */
export function queuedBodies(sqs: AwsClientStub<SQSClient>): string[] {
  return sqs.commandCalls(SendMessageBatchCommand).flatMap(({ args }) => args[0].input.Entries!.map(({ MessageBody }) => MessageBody!));
}

/** What people were told. */
export function told(sns: AwsClientStub<SNSClient>): PublishCommandInput[] {
  return sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
}

/** EventBridge's event about the end of a run. */
export function endedEvent(pattern: { 'source': string[]; 'detail-type': string[] }, detail: object): any {
  return {
    'version': '0',
    'id': 'e',
    'account': '123456789012',
    'time': '2024-03-01T10:10:00Z',
    'region': 'eu-central-1',
    'resources': [],
    'source': pattern.source[0],
    'detail-type': pattern['detail-type'][0],
    detail,
  };
}
