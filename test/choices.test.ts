import * as library from '../src';

/** Statics of public classes that hold an object of their class. */
const choices = Object.values(library)
  .filter((exported) => typeof exported === 'function')
  .filter((exported) => Object.values(exported).some((value) => value instanceof (exported as Function)));

test('a class with a choice of objects can compare them, since in Python each look at one makes a new object', () => {
  expect(choices).toContain(library.GlueCapacity);
  expect(choices.filter(({ prototype }) => typeof prototype.isEqualTo !== 'function')).toEqual([]);
});

test.each([
  [library.SchemaContract, ['EVOLVE', 'FREEZE', 'DISCARD']],
  [library.RowErrorPolicy, ['FAIL_FILE', 'QUARANTINE_ROWS']],
  [library.RuleSeverity, ['ERROR', 'WARNING']],
  [library.WarehouseAccess, ['READ', 'WRITE']],
  [library.ReplicationMode, ['FULL_LOAD', 'CDC', 'FULL_LOAD_AND_CDC']],
  [library.ReplicationFileFormat, ['PARQUET', 'CSV']],
])('a plain choice is an enum, which Python compares by value', (choice, names) => {
  expect(Object.keys(choice)).toEqual(names);
  expect(Object.values(choice).map((value) => typeof value)).toEqual(names.map(() => 'string'));
});
