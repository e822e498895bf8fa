import { isConfigurationFault } from '../../src/dispatch/run-outcome';

test.each([
  'RulesFileError: quality_rules.py line 3: adult: the query is empty',
  'SettingsError: the rule a is of the kind b',
  'RunFailed: RulesFileError: quality_rules.py line 3: adult: the query is empty',
  'customer_data.errors.RunFailed: SettingsError: the job\'s arguments are not usable',
  'Error Category: UNCLASSIFIED_ERROR; RunFailed: RulesFileError: quality_rules.py line 3',
  'customer_data.quality.rules_file.RulesFileError: quality_rules.py line 3',
])('takes a fault of the configuration for one: %s', (message) => {
  expect(isConfigurationFault(message)).toBe(true);
});

test.each([
  '',
  'RunFailed: 1 of 2 files failed: s3://landing/RulesFileError: .csv: no header',
  'RunFailed: 1 of 2 files failed: s3://landing/a.csv: SettingsError: x',
  'RunFailed: MySettingsError2: x',
  'Command failed with exit code 10',
])('takes nothing else for one: %s', (message) => {
  expect(isConfigurationFault(message)).toBe(false);
});
