import { Connection, DatabaseMigrationServiceClient, DescribeConnectionsCommand, TestConnectionCommand } from '@aws-sdk/client-database-migration-service';
import { unlessNotNow } from './not-now';

/** From an instance to both ends of its task. */
export interface Route {
  readonly instance: string;
  readonly source: string;
  readonly target: string;
}

/** What has become of the tests of a route. */
export interface TestedRoute {
  readonly state: 'testing' | 'successful' | 'failed';
  /** What failed, in DMS's words. */
  readonly failures: string[];
}

const dms = new DatabaseMigrationServiceClient({ maxAttempts: 8 });

/**
 * Asks DMS to test whether the instance reaches both ends, without which it starts no task; it forgets that when an endpoint is changed. False if DMS
 * says that it cannot now, as while a test is under way. DMS Serverless does it by itself.
 */
export async function testRoute(route: Route): Promise<boolean> {
  const begun = await Promise.all([route.source, route.target].map((EndpointArn) => unlessNotNow(() => dms.send(
    new TestConnectionCommand({ ReplicationInstanceArn: route.instance, EndpointArn }),
  ))));
  return begun.every((each) => each);
}

/** What has become of the last tests. */
export async function testedRoute({ instance, source, target }: Route): Promise<TestedRoute> {
  const Filters = [{ Name: 'replication-instance-arn', Values: [instance] }, { Name: 'endpoint-arn', Values: [source, target] }];
  const found: Connection[] = [];
  await unlessNotNow(async () => { found.push(...(await dms.send(new DescribeConnectionsCommand({ Filters }))).Connections ?? []); });
  const ends = { source, target };
  const tests = Object.entries(ends).map(([end, arn]) => ({ end, ...found.find(({ EndpointArn }) => EndpointArn === arn) }));
  const failures = tests
    .filter(({ Status }) => Status === 'failed')
    .map(({ end, LastFailureMessage }) => `the ${end} endpoint cannot be reached: ${LastFailureMessage ?? 'DMS gives no reason'}`);
  const state = tests.every(({ Status }) => Status === 'successful') ? 'successful' : 'testing';
  return { state: failures.length > 0 ? 'failed' : state, failures };
}
