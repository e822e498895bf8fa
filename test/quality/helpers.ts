import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { DataQualityGate, DataQualityGateProps, DataQualityRule, DataQualityRules } from '../../src';
import { newStack } from '../csv-loading/helpers';

export const RULES = DataQualityRules.of(DataQualityRule.notNull('email'));

/** A gate of the stack's bucket, which is made for the first. */
export function newGate(props: Partial<DataQualityGateProps> = {}, stack: Stack = newStack(), id = 'Gate'): DataQualityGate {
  const bucket = props.bucket ?? stack.node.tryFindChild('Landing') as Bucket | undefined ?? new Bucket(stack, 'Landing');
  return new DataQualityGate(stack, id, { bucket, rules: RULES, ...props });
}

/** A directory that is removed when the tests of a file are done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'rules-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** A file in it. */
export function file(directory: string, name: string, text: string): string {
  const made = path.join(directory, name);
  writeFileSync(made, text);
  return made;
}
