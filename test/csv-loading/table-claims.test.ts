import { App, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { newLoader, newStack } from './helpers';
import { RedshiftWarehouse, SchemaContract, SchemaEvolvingCsvLoaderProps } from '../../src';

type Props = Partial<SchemaEvolvingCsvLoaderProps>;

function twoLoaders(ofFirst: Props, ofSecond: Props, stack: Stack = newStack()): Annotations {
  newLoader(ofFirst, stack, 'First');
  newLoader(ofSecond, stack, 'Second');
  return Annotations.fromStack(stack);
}

const imported = (stack: Stack, id: string, workgroupName: string, databaseName = 'customers') =>
  RedshiftWarehouse.fromServerlessWorkgroup(stack, id, { workgroupName, databaseName, copyRole: Role.fromRoleName(stack, `${id}CopyRole`, 'redshift-copy') });

test.each<[string, Props, Props, string]>([
  ['another key', { primaryKey: ['id'] }, { primaryKey: ['id', 'country'] }, "primaryKey is country, id, but 'Test/First' loads into crm.customers too and knows its rows by id"],
  ['a key of its own beside the default', {}, { primaryKey: ['id'] }, "primaryKey is id, but 'Test/First' loads into crm.customers too and knows its rows by user_id"],
  ['another order', { sequenceColumn: 'at' }, { sequenceColumn: 'changed' }, "sequenceColumn is 'changed', but 'Test/First' loads into crm.customers too and orders its rows by 'at'"],
])('a second loader of a table is refused %s', (_, first, second, message) => {
  expect(() => twoLoaders(first, second)).toThrow(message);
});

test('the warehouse is known again by its names', () => {
  const stack = newStack();
  expect(() => twoLoaders({ warehouse: imported(stack, 'A', 'analytics') }, { warehouse: imported(stack, 'B', 'analytics'), primaryKey: ['id'] }, stack))
    .toThrow("'Test/First' loads into crm.customers too");
});

test('stages without an environment are deployed to several, each with its own warehouse', () => {
  const app = new App();
  for (const [name, key] of [['Dev', 'id'], ['Prod', 'user_id']]) {
    const stack = new Stack(new Stage(app, name), 'Crm');
    newLoader({ warehouse: imported(stack, 'A', 'analytics'), primaryKey: [key] }, stack);
  }
  const one = new Stage(app, 'One');
  const load = (id: string, key: string) => {
    const stack = new Stack(one, id);
    return newLoader({ warehouse: imported(stack, 'A', 'analytics'), primaryKey: [key] }, stack);
  };
  load('Crm', 'id');
  expect(() => load('Shop', 'user_id')).toThrow("'One/Crm/Customers' loads into crm.customers too");
});

test('a new warehouse is known again', () => {
  const stack = newStack();
  const warehouse = new RedshiftWarehouse(stack, 'New');
  expect(() => twoLoaders({ warehouse }, { warehouse, primaryKey: ['id'] }, stack)).toThrow("'Test/First' loads into crm.customers too");
});

test.each<[string, (stack: Stack) => [Props, Props]]>([
  ['another table', () => [{}, { table: 'crm.orders', primaryKey: ['id'] }]],
  ['another warehouse', (stack) => [{ warehouse: imported(stack, 'A', 'analytics') }, { warehouse: imported(stack, 'B', 'marketing'), primaryKey: ['id'] }]],
  ['another database', (stack) => [{ warehouse: imported(stack, 'A', 'analytics') }, { warehouse: imported(stack, 'B', 'analytics', 'dev'), primaryKey: ['id'] }]],
  ['another new warehouse', (stack) => [{ warehouse: new RedshiftWarehouse(stack, 'A') }, { warehouse: new RedshiftWarehouse(stack, 'B'), primaryKey: ['id'] }]],
  ['the same key in another order', () => [{ primaryKey: ['a', 'b'] }, { primaryKey: ['b', 'a'] }]],
])('a second loader may have %s', (_, props) => {
  const stack = newStack();
  twoLoaders(...props(stack), stack).hasNoWarning('*', Match.stringLikeRegexp('OfSharedTable'));
});

test.each<[string, Props, Props]>([
  ['sequenceColumn', { sequenceColumn: 'at' }, {}],
  ['schemaContract', { schemaContract: SchemaContract.FREEZE }, {}],
])('a second loader with another %s has a warning', (prop, first, second) => {
  twoLoaders(first, second).hasWarning('/Test/Second', Match.stringLikeRegexp(`${prop} is .*'Test/First'.*\\[ack: cdk-customer-data-platform:${prop}OfSharedTable\\]`));
  twoLoaders(first, first).hasNoWarning('*', Match.stringLikeRegexp('OfSharedTable'));
});

describe('a header that would become a needed column by itself', () => {
  const warned = Match.stringLikeRegexp("'User ID' the column 'customer_id', but primaryKey needs the column 'user_id'.*cdk-customer-data-platform:mappedAwayColumn");

  test('and is mapped to another has a warning', () => {
    const loader = newLoader({ columnMapping: { 'User ID': 'customer_id' } });
    Annotations.fromStack(Stack.of(loader)).hasWarning('/Test/Customers', warned);
  });

  test.each<[string, Props]>([
    ['when another header is mapped to that column', { columnMapping: { 'User ID': 'customer_id', 'Key': 'USER_ID' } }],
    ['when it is mapped to that column', { columnMapping: { 'User ID': 'user_id' } }],
    ['when the key is the new column', { columnMapping: { 'User ID': 'customer_id' }, primaryKey: ['customer_id'] }],
  ])('has none %s', (_, props) => {
    Annotations.fromStack(Stack.of(newLoader(props))).hasNoWarning('*', Match.stringLikeRegexp('mappedAwayColumn'));
  });
});
