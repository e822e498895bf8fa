import { App, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { newReplication, newSource } from './helpers';
import { OracleToRedshiftReplicationProps } from '../../src';
import { ConfigurationError } from '../../src/errors';
import { newLoader, newStack } from '../csv-loading/helpers';

type Props = Partial<OracleToRedshiftReplicationProps>;

function twoReplications(first: Props, second: Props, stack: Stack = newStack()): Annotations {
  newReplication({ pipelineName: 'first', ...first }, stack, 'First');
  newReplication({ pipelineName: 'second', vpcEndpoints: false, ...second }, stack, 'Second');
  return Annotations.fromStack(stack);
}

const of = (tables: string[], excludeTables?: string[], targetSchema?: string): Props => ({ tables, excludeTables, targetSchema });
const SHARED = 'which writes to the same table of the warehouse: each undoes what the other does; leave tables out of one of the two, a replication by excludeTables';

describe('two replications into one warehouse', () => {
  test.each<[string, Props, Props]>([
    ['one table', of(['CRM.ORDERS']), of(['CRM.ORDERS'])],
    ['one pattern', of(['CRM.%']), of(['CRM.%'])],
    ['a table of a pattern', of(['CRM.%']), of(['CRM.ORDERS'])],
    ['a pattern of a wider one', of(['CRM.ORD%']), of(['CRM.%'])],
    ['one pattern, of which both leave out the same', of(['CRM.%'], ['CRM.TMP%']), of(['CRM.%'], ['CRM.TMP%'])],
    ['one pattern, of which one leaves something out', of(['CRM.%'], ['CRM.TMP%']), of(['CRM.%'])],
    ['tables of two schemas that go to one', of(['CRM.ORDERS'], [], 'all'), of(['SALES.ORDERS'], [], 'all')],
    ['names that differ in letters only', of(['CRM.ORDERS']), of(['CRM.Orders'])],
    ['a second pattern', of(['CRM.A%', 'SALES.ORDERS']), of(['CRM.B%', 'SALES.ORDERS'])],
  ])('are refused that have %s', (_, first, second) => {
    for (const [one, other] of [[first, second], [second, first]]) {
      expect(() => twoReplications(one, other)).toThrow(ConfigurationError);
      expect(() => twoReplications(one, other)).toThrow(SHARED);
    }
  });

  test('are named, with what they have', () => {
    expect(() => twoReplications(of(['CRM.%']), of(['CRM.ORDERS']))).toThrow("tables has 'CRM.ORDERS', and in 'Test/First' tables has 'CRM.%', which writes to the same table of the warehouse");
  });

  test.each<[string, Props, Props]>([
    ['patterns that meet', of(['CRM.A%']), of(['CRM.%Z'])],
    ['a pattern and a wider one that leaves out a part of it', of(['CRM.%'], ['CRM.ORDERS_OLD']), of(['CRM.ORDERS%'])],
    ['one pattern, of which each leaves something else out', of(['CRM.%'], ['CRM.A%']), of(['CRM.%'], ['CRM.B%'])],
    ['patterns of two schemas that go to one', of(['CRM.%'], [], 'all'), of(['SALES.%'], [], 'all')],
  ])('have a warning if they have %s', (_, first, second) => {
    twoReplications(first, second).hasWarning('/Test/Second', Match.stringLikeRegexp("tables has '.*', and in 'Test/First' tables has '.*': both may write to one table.*sharedTables"));
  });

  test('of two databases are known by the names of tables only', () => {
    const stack = newStack();
    twoReplications(of(['CRM.%']), { ...of(['CRM.ORDERS']), source: newSource(stack, { serviceName: 'OTHER' }) }, stack)
      .hasWarning('/Test/Second', Match.stringLikeRegexp('both may write to one table'));
  });

  test.each<[string, Props, Props]>([
    ['tables', of(['CRM.ORDERS']), of(['CRM.ITEMS'])],
    ['patterns', of(['CRM.ORD%']), of(['CRM.TMP%'])],
    ['schemas', of(['CRM.%']), of(['SALES.%'])],
    ['schemas of the warehouse', of(['CRM.%'], [], 'one'), of(['CRM.%'], [], 'two')],
    ['parts of a pattern', of(['CRM.%'], ['CRM.BIG%']), of(['CRM.BIG%'])],
    ['a table and the rest', of(['CRM.ORDERS']), of(['CRM.%'], ['CRM.ORDERS'])],
    ['a table and the rest of its schema, among others', of(['CRM.ORDERS']), of(['CRM.%', 'SALES.%'], ['CRM.ORDERS'])],
  ])('are taken with other %s', (_, first, second) => {
    for (const [one, other] of [[first, second], [second, first]]) {
      twoReplications(one, other).hasNoWarning('*', Match.stringLikeRegexp('sharedTable'));
    }
  });

  test('of stages that may be deployed apart have a warning', () => {
    const app = new App();
    const stacks = ['Dev', 'Prod'].map((id) => new Stack(new Stage(app, id), 'Test'));
    stacks.forEach((stack) => newReplication({}, stack));
    Annotations.fromStack(stacks[1]).hasWarning('/Prod/Test/Replication', Match.stringLikeRegexp("if both stacks are deployed to one account and Region: tables has 'CRM.%', and in 'Dev/Test/Replication'"));
  });
});

describe('a loader and a replication', () => {
  const both = (props: Props, table: string, loaderFirst: boolean): Annotations => {
    const stack = newStack();
    const made = [() => newReplication(props, stack), () => newLoader({ table }, stack)];
    (loaderFirst ? made.reverse() : made).forEach((make) => make());
    return Annotations.fromStack(stack);
  };

  test.each([false, true])('of one table are refused, the loader first: %p', (loaderFirst) => {
    const [ours, theirs] = ["table is 'crm.orders'", "tables has 'CRM.ORDERS'"];
    expect(() => both(of(['CRM.ORDERS']), 'crm.orders', loaderFirst)).toThrow(
      loaderFirst ? `${theirs}, and in 'Test/Customers' ${ours}, ${SHARED}` : `${ours}, and in 'Test/Replication' ${theirs}, ${SHARED}`);
  });

  test.each([false, true])('have a warning where a pattern may have the table, the loader first: %p', (loaderFirst) => {
    both(of(['CRM.%']), 'crm.orders', loaderFirst).hasWarning('*', Match.stringLikeRegexp('both may write to one table'));
  });

  test.each<[string, Props, string]>([
    ['another table', of(['CRM.ORDERS']), 'crm.items'],
    ['a name that is no pattern', of(['CRM.ORDERXITEMS']), 'crm.order_items'],
    ['another schema', of(['CRM.%']), 'sales.orders'],
    ['a table that is left out', of(['CRM.%'], ['CRM.ORDERS']), 'crm.orders'],
  ])('have none with %s', (_, props, table) => {
    for (const loaderFirst of [false, true]) {
      both(props, table, loaderFirst).hasNoWarning('*', Match.stringLikeRegexp('sharedTable'));
    }
  });

  test('two loaders of a table have no such warning', () => {
    const stack = newStack();
    newLoader({}, stack, 'First');
    newLoader({}, stack, 'Second');
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('sharedTable'));
  });
});
