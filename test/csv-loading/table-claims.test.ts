import { App, Environment, Stack, Stage } from 'aws-cdk-lib';
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

describe('loaders of stacks that have a warehouse of the same name each', () => {
  const [FIRST, SECOND]: Props[] = [{ primaryKey: ['id'], sequenceColumn: 'at' }, { primaryKey: ['id', 'country'], sequenceColumn: 'changed' }];
  const loaders = (env: Environment | undefined, ofSecond: Props = SECOND) => {
    const app = new App();
    const [first, second] = ['Dev', 'Prod'].map((id) => new Stack(new Stage(app, id), 'Test', { env }));
    newLoader({ warehouse: imported(first, 'A', 'analytics'), ...FIRST }, first);
    newLoader({ warehouse: imported(second, 'A', 'analytics'), ...ofSecond }, second);
    return Annotations.fromStack(second);
  };

  test('are refused in one account and Region', () => {
    expect(() => loaders({ account: '123456789012', region: 'eu-west-1' })).toThrow("'Dev/Test/Customers' loads into crm.customers too and knows its rows by id");
  });

  test.each<[string, Environment | undefined]>([
    ['no account and Region', undefined],
    ['no Region', { account: '123456789012' }],
    ['no account', { region: 'eu-west-1' }],
  ])('have warnings if the stacks name %s', (_, env) => {
    const annotations = loaders(env);
    for (const prop of ['primaryKey', 'sequenceColumn']) {
      annotations.hasWarning('/Prod/Test/Customers', Match.stringLikeRegexp(
        `if both stacks are deployed to one account and Region: ${prop} is .*'Dev/Test/Customers' loads into crm.customers too.*\\[ack: cdk-customer-data-platform:${prop}OfSharedTable\\]`));
    }
  });

  test('have none if they agree', () => {
    loaders(undefined, FIRST).hasNoWarning('*', Match.stringLikeRegexp('OfSharedTable'));
  });

  test('are refused if they share the warehouse of one stack', () => {
    const app = new App();
    const [shared, first, second] = ['Shared', 'First', 'Second'].map((id) => newStack(app, id));
    const warehouse = imported(shared, 'A', 'analytics');
    newLoader({ warehouse, ...FIRST }, first);
    expect(() => newLoader({ warehouse, ...SECOND }, second)).toThrow('loads into crm.customers too');
  });
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
