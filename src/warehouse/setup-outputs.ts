import { Annotations, CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { asScript, roleStatements, schemaStatements } from './setup-sql';

/**
 * Stack outputs with the SQL that a person runs: one for the database roles and one for each schema, since CloudFormation
 * lets the value of an output have 4,096 bytes (CloudFormation user guide, "Quotas").
 */
export class SetupOutputs {
  constructor(private readonly warehouse: Construct, databaseUser?: string) {
    new CfnOutput(warehouse, 'SetupSql', {
      description: 'Database roles: an administrator of the database runs this once, before the SQL of the schemas',
      value: asScript(roleStatements(databaseUser)),
    });
    Annotations.of(warehouse).addInfo(
      'no adminSecret is given: an administrator of the database must run the SQL of the stack outputs SetupSql and, for each schema, SetupSql<schema> once');
  }

  public addSchema(schemaName: string): void {
    new CfnOutput(this.warehouse, `SetupSql-${schemaName}`, {
      description: `Schema ${schemaName}: an administrator of the database runs this once`,
      value: asScript(schemaStatements(schemaName)),
    });
  }
}
