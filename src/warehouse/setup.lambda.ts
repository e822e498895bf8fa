import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { DataApi, DataApiTarget, StatementFailedError } from '../common/data-api';

/** Properties of the custom resource. */
export interface SetupProperties {
  /** The database, with the administrator's secret. */
  readonly Target: DataApiTarget;
  /** What to run, in order. */
  readonly Statements: string[];
}

type SetupEvent = CloudFormationCustomResourceEvent<SetupProperties & { ServiceToken: string }>;

/** Gives the database roles their rights. When the resource is deleted nothing is taken away: the schemas hold data. */
export async function handler(event: SetupEvent): Promise<{ PhysicalResourceId: string }> {
  const { Target: target, Statements: statements } = event.ResourceProperties;
  if (event.RequestType !== 'Delete') {
    const database = new DataApi(target);
    for (const sql of statements) {
      await execute(database, sql);
    }
  }
  return { PhysicalResourceId: `${target.workgroupName ?? target.clusterIdentifier}/${target.database}` };
}

async function execute(database: DataApi, sql: string): Promise<void> {
  try {
    await database.execute(sql);
    console.info(JSON.stringify({ message: 'done', sql }));
  } catch (error) {
    if (!(sql.startsWith('CREATE ROLE') && error instanceof StatementFailedError && /already exists/i.test(error.reason))) {
      throw error;
    }
    console.info(JSON.stringify({ message: 'already there', sql }));
  }
}
