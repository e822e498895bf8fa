import { writeFileSync } from 'fs';
import * as path from 'path';
import { attachCustomSynthesis, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RulesFile } from './rules-file';
import { CsvFormat } from '../csv/csv-format';
import { renderCsvFormat } from '../csv/csv-settings';

/** What of a pipeline decides how its rules see a file. */
export interface CheckSettings {
  readonly pipelineName: string;
  readonly csv?: CsvFormat;
  readonly columnMapping?: { [header: string]: string };
  readonly key?: string[];
  /** `quality` of the job's settings, but for the rules files. */
  readonly quality: object;
  readonly rulesFiles: RulesFile[];
}

/**
 * Writes `<stack>.<pipelineName>.quality.json` beside the stack's template. `cdk-customer-data-platform check --settings` reads it, and
 * runs the same rules on a file of the developer's machine. What is known only when the stack is deployed, such as the name of a
 * bucket, is there as `${LogicalId}`. Rules files are named by their paths from this file, so that they can be edited and tried again.
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
        key: settings.key ?? [],
        quality: { ...settings.quality, rules_files: rulesFiles },
      };
      const text = JSON.stringify(withoutTokens(stack.resolve(written)), undefined, 2);
      writeFileSync(path.join(outdir, `${stack.artifactId}.${withoutTokens(stack.resolve(settings.pipelineName))}.quality.json`), `${text}\n`);
    },
  });
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
