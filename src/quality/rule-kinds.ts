import type { DataQualityRule } from './data-quality-rule';
import type { DataQualityRules } from './data-quality-rules';
import type { ReferenceData } from './reference-data';
import {
  DataQualityRuleOptions, FileRuleOptions, LengthRuleOptions, RangeRuleOptions, RowCountRuleOptions, SqlRuleOptions, UniqueRuleOptions,
} from './rule-options';
import { RuleSeverity } from './rule-severity';
import { like, listOf, NAME, NUMBER, oneOf, optional, PropKinds, struct, TEXT } from '../common/kinds';

export const RULE = like<DataQualityRule>(
  'a DataQualityRule', "write for example DataQualityRule.notNull('email'), and give a list as DataQualityRules.of(...list)", '_json', '_file', '_reference',
);
export const RULES = like<DataQualityRules>('a DataQualityRules', "write for example DataQualityRules.of(DataQualityRule.notNull('email'))", '_bind');
export const REFERENCE_DATA = like<ReferenceData>('a ReferenceData', "write for example ReferenceData.csv(bucket, 'countries.csv', 'code')", '_parameters', '_grantRead');

const EVERY_RULE = { description: optional(NAME), severity: optional(oneOf('RuleSeverity', RuleSeverity)) };
const NAMED_RULE: PropKinds<DataQualityRuleOptions> = { ...EVERY_RULE, maxFailRatio: optional(NUMBER), name: optional(TEXT) };
const FILE_RULE: PropKinds<FileRuleOptions> = { ...EVERY_RULE, name: optional(TEXT) };
const LIMITS = { min: optional(NUMBER), max: optional(NUMBER) };

export const SQL_RULE_OPTIONS = struct<SqlRuleOptions>({
  ...EVERY_RULE, maxFailRatio: optional(NUMBER), errorType: optional(TEXT), filter: optional(TEXT),
});
export const RULE_OPTIONS = optional(struct<DataQualityRuleOptions>(NAMED_RULE));
export const UNIQUE_RULE_OPTIONS = struct<UniqueRuleOptions>({ ...NAMED_RULE, within: optional(listOf(TEXT)) });
export const RANGE_RULE_OPTIONS = struct<RangeRuleOptions>({ ...NAMED_RULE, ...LIMITS });
export const LENGTH_RULE_OPTIONS = struct<LengthRuleOptions>({ ...NAMED_RULE, ...LIMITS });
export const ROW_COUNT_RULE_OPTIONS = struct<RowCountRuleOptions>({ ...FILE_RULE, ...LIMITS });
export const FILE_RULE_OPTIONS = optional(struct<FileRuleOptions>(FILE_RULE));
