import { writeFileSync } from 'fs';
import * as path from 'path';
import { attachCustomSynthesis, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RulesFile } from './rules-file';
import { CsvFormat } from '../csv/csv-format';
import { renderCsvFormat } from '../csv/csv-settings';

/** File names in use, by stack. */
const namesOfStack = new WeakMap<Stack, Map<string, Construct>>();

/** What of a pipeline decides how its rules see a file. */
export interface CheckSettings {
  readonly pipelineName: string;
  readonly csv?: CsvFormat;
  readonly columnMapping?: { [header: string]: string };
  readonly columnTypes?: { [column: string]: string };
  readonly key?: string[];
  /** `quality` of the job's settings, but for the rules files. */
  readonly quality: object;
  readonly rulesFiles: RulesFile[];
}

/**
 * Writes `<stack>.<pipelineName>.quality.json` beside the stack's template. `cdk-customer-data-platform check --settings` reads it, and
 * runs the same rules on a file of the developer's machine. What is known only when the stack is deployed, such as the name of a
 * bucket, is there as `${LogicalId}`, and in the file's name as `-LogicalId-`. Rules files are named by their paths from this file, so that they can be edited and tried again.
 */
export function writeCheckSettings(scope: Construct, settings: CheckSettings): void {
  const stack = Stack.of(scope);
  // In a construct of its own: a construct has one custom synthesis at most, and the pipeline's is its user's.
  const owner = new Construct(scope, 'CheckSettings');
  attachCustomSynthesis(owner as never, {
    onSynthesize: ({ outdir }) => {
      const rulesFiles = settings.rulesFiles.map(({ name, absolutePath }) => ({ name, url: portable(path.relative(outdir, absolutePath)) }));
      const written = {
        pipeline: settings.pipelineName,
        csv: renderCsvFormat(settings.csv ?? CsvFormat.detect()),
        column_mapping: settings.columnMapping ?? {},
        column_types: settings.columnTypes,
        key: settings.key ?? [],
        quality: { ...settings.quality, rules_files: rulesFiles },
      };
      const resolved = withoutTokens(stack.resolve(written)) as { pipeline: string };
      writeFileSync(path.join(outdir, `${stack.artifactId}.${fileName(owner, resolved.pipeline)}.quality.json`), `${JSON.stringify(resolved, undefined, 2)}\n`);
    },
  });
}

/**
 * A pipeline's name as part of a file's name that every file system takes. Where two names of a stack would be one to some of them, as they
 * differ in letter case only, the later one gets the end of its construct's address.
 */
function fileName(owner: Construct, pipelineName: string): string {
  const name = pipelineName.replace(/[^\w.-]+/g, '-');
  const owners = namesOfStack.get(Stack.of(owner)) ?? new Map<string, Construct>();
  namesOfStack.set(Stack.of(owner), owners);
  const key = name.toLowerCase();
  owners.set(key, owners.get(key) ?? owner);
  return owners.get(key) === owner ? name : `${name}-${owner.node.addr.slice(-8)}`;
}

function portable(file: string): string {
  return file.split(path.sep).join('/');
}

/** CloudFormation's functions as the text that `Fn::Sub` would have for them. */
function withoutTokens(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutTokens);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[name, argument] = [], ...others] = Object.entries(value);
  if (others.length > 0 || !(name === 'Ref' || name?.startsWith('Fn::'))) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutTokens(inner)]));
  }
  if (name === 'Fn::Join') {
    return (argument[1] as unknown[]).map(withoutTokens).join(argument[0]);
  }
  return `\${${[withoutTokens(argument)].flat().join('.')}}`;
}
