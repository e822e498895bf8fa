import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  Field,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';

/** The database that statements run on; as which user follows from the user, the secret, or the caller's IAM role. */
export interface DataApiTarget {
  readonly workgroupName?: string;
  readonly clusterIdentifier?: string;
  readonly database: string;
  readonly databaseUser?: string;
  readonly secretArn?: string;
}

/** One row of a result: values by column name. */
export type DataApiRow = Record<string, string | number | boolean | null>;

/** Waits for a time in milliseconds. */
export type Sleep = (milliseconds: number) => Promise<void>;

/** A statement ended otherwise than well. */
export class StatementFailedError extends Error {
  constructor(public readonly sql: string, public readonly status: string, public readonly reason: string, where: string) {
    super(`the statement ${status} on ${where}: ${reason}; the statement was: ${sql}`);
    this.name = 'StatementFailedError';
  }
}

/** Too much is running at the moment; the SDK's own retries do not know these. */
const BUSY = new Set(['ActiveStatementsExceededException', 'ActiveSessionsExceededException']);

const SUBMIT_ATTEMPTS = 8;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

/** Runs SQL through the Redshift Data API: submits a statement, waits for its end, reads its rows. */
export class DataApi {
  constructor(
    private readonly target: DataApiTarget,
    private readonly client = new RedshiftDataClient({ maxAttempts: 8 }),
    private readonly sleep: Sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  ) {}

  /** Runs one SELECT and returns all its rows; parameters are named `:name` in the SQL. Throws StatementFailedError. */
  public async query(sql: string, parameters: Record<string, string> = {}): Promise<DataApiRow[]> {
    const id = await this.run(sql, parameters);
    const rows: DataApiRow[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client.send(new GetStatementResultCommand({ Id: id, NextToken: nextToken }));
      const names = page.ColumnMetadata!.map((column) => column.name!);
      for (const record of page.Records ?? []) {
        rows.push(Object.fromEntries(record.map((field, index) => [names[index], valueOf(field)])));
      }
      nextToken = page.NextToken;
    } while (nextToken);
    return rows;
  }

  /** Runs one statement in a transaction of its own. Throws StatementFailedError. */
  public async execute(sql: string): Promise<void> {
    await this.run(sql, {});
  }

  private async run(sql: string, parameters: Record<string, string>): Promise<string> {
    const id = await this.submit(sql, parameters);
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      const { Status: status, Error: reason } = await this.client.send(new DescribeStatementCommand({ Id: id }));
      if (status === 'FINISHED') {
        return id;
      }
      if (status === 'FAILED' || status === 'ABORTED') {
        throw new StatementFailedError(sql, status, reason ?? 'no reason given', this.where);
      }
      await this.sleep(withJitter(pause));
    }
  }

  private async submit(sql: string, parameters: Record<string, string>): Promise<string> {
    // The SDK adds a client token, so that a submit repeated after a lost answer runs once.
    const command = new ExecuteStatementCommand({
      WorkgroupName: this.target.workgroupName,
      ClusterIdentifier: this.target.clusterIdentifier,
      Database: this.target.database,
      DbUser: this.target.databaseUser,
      SecretArn: this.target.secretArn,
      Sql: sql,
      // An empty list is refused.
      Parameters: Object.keys(parameters).length === 0
        ? undefined
        : Object.entries(parameters).map(([name, value]) => ({ name, value })),
    });
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.client.send(command)).Id!;
      } catch (error) {
        if (!(error instanceof Error && BUSY.has(error.name)) || attempt === SUBMIT_ATTEMPTS) {
          throw error;
        }
        await this.sleep(withJitter(Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE)));
      }
    }
  }

  private get where(): string {
    return `${this.target.workgroupName ?? this.target.clusterIdentifier}, database ${this.target.database}`;
  }
}

/** Spreads the polls of many callers over the account's rate. */
function withJitter(milliseconds: number): number {
  return milliseconds * (0.75 + Math.random() / 2);
}

function valueOf(field: Field): string | number | boolean | null {
  return field.isNull ? null : field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue ?? null;
}
