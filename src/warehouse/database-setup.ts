import { CustomResource, Duration, Lazy } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { secretId } from './secret-id';
import { SetupFunction } from './setup-function';
import { grantStatements } from './statement-grants';
import { functionIdentity } from '../common/function-identity';

/** Props of `DatabaseSetup`. */
export interface DatabaseSetupProps {
  readonly workgroupName?: string;
  readonly clusterIdentifier?: string;
  readonly databaseName: string;
  /** ARN of the workgroup or cluster. */
  readonly warehouseArn: string;
  /** The administrator's. */
  readonly adminSecret: ISecret;
  /** Key of the secret, where it is not Secrets Manager's own. */
  readonly secretKey?: IKey;
  /** What to run, asked for when the app is synthesized. */
  readonly statements: () => string[];
}

/** Runs statements as the administrator when the stack is deployed, and again whenever they change. */
export class DatabaseSetup extends Construct {
  constructor(scope: Construct, id: string, props: DatabaseSetupProps) {
    super(scope, id);

    const handler = new SetupFunction(this, 'Function', {
      ...functionIdentity(this),
      description: `Sets up database roles and schemas of ${scope.node.path}`,
      timeout: Duration.minutes(14),
      memorySize: 256,
    });
    grantStatements(handler, props.warehouseArn);
    props.adminSecret.grantRead(handler);
    props.secretKey?.grantDecrypt(handler);

    const framework = functionIdentity(new Construct(this, 'Framework'));
    const provider = new Provider(this, 'Provider', {
      onEventHandler: handler,
      frameworkOnEventRole: framework.role,
      logGroup: framework.logGroup,
    });
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      resourceType: 'Custom::RedshiftDatabaseSetup',
      serviceTimeout: Duration.minutes(15),
      properties: {
        Target: {
          workgroupName: props.workgroupName,
          clusterIdentifier: props.clusterIdentifier,
          database: props.databaseName,
          secretArn: secretId(props.adminSecret),
        },
        Statements: Lazy.list({ produce: props.statements }),
      },
    });
    // The statements run with these rights, so they must be there first and leave last.
    resource.node.addDependency(handler, provider);
  }
}
