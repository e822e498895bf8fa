import * as path from 'path';
import { ArnFormat, IgnoreMode, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CloudWatchEncryption, Code, CodeConfig, GlueVersion, IConnection, JobBookmarksEncryption, PySparkEtlJob, SecurityConfiguration } from 'aws-cdk-lib/aws-glue';
import { Grant, IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { grantReadAssets } from './bucket-grants';
import { METRIC_NAMESPACE } from './embedded-metrics';
import { checkGivenRole } from './given-role';
import { GlueCapacity } from './glue-capacity';
import { LOG_RETENTION } from '../common/function-identity';

/** Copied from `runtime/` when the library is built. */
const RUNTIME_DIRECTORY = path.join(__dirname, '..', '..', 'assets', 'runtime');

/** Where Glue writes logs by default. */
const GLUE_LOG_GROUP_PREFIX = '/aws-glue/jobs';

/** Namespace that Glue itself writes a job's metrics to. */
const GLUE_METRIC_NAMESPACE = 'Glue';

const WRITE_METRICS = 'cloudwatch:PutMetricData';

/** Code in an asset to which the role has its rights already; `Code.fromAsset` would let it read every asset of the account. */
class AssetCode extends Code {
  constructor(private readonly asset: Asset) {
    super();
  }

  public bind(): CodeConfig {
    return { s3Location: { bucketName: this.asset.s3BucketName, objectKey: this.asset.s3ObjectKey } };
  }
}

/** Props of `CustomerDataJob`. */
export interface CustomerDataJobProps {
  readonly pipelineName: string;
  readonly description: string;
  /** Script of `runtime/jobs`. */
  readonly script: string;
  /** Every run's argument `--settings`; the role is passed so that it can get the rights that go with it. */
  readonly settings: (role: IRole) => object;
  readonly capacity: GlueCapacity;
  /** Key of the job's logs. */
  readonly logKey: IKey;
  /** Libraries of Java that its runs have besides Glue's. */
  readonly extraJars?: Asset[];
  /** Networks that its runs are in. */
  readonly connections?: IConnection[];
  /** Role of the runs; without it one is made. */
  readonly role?: IRole;
}

/**
 * A Glue job that runs a script of `runtime/jobs` with the package `customer_data`.
 *
 * It has the rights that every such job needs (its code, its logs, its metrics); those on data are its owner's to grant.
 */
export class CustomerDataJob extends Construct {
  public readonly job: PySparkEtlJob;
  public readonly role: IRole;
  /** Runs log to `<prefix>/output` and `<prefix>/error`. */
  public readonly logGroupPrefix: string;

  constructor(scope: Construct, id: string, props: CustomerDataJobProps) {
    super(scope, id);

    this.role = props.role ?? new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('glue.amazonaws.com'),
      description: `Glue runs of ${props.pipelineName}`,
    });
    this.logGroupPrefix = `${GLUE_LOG_GROUP_PREFIX}/${props.pipelineName}`;
    this.grantMetrics();
    if (props.role) {
      checkGivenRole(this, props.role, WRITE_METRICS);
    }

    const script = new Asset(this, 'Script', { path: path.join(RUNTIME_DIRECTORY, 'jobs', props.script) });
    const runtime = new Asset(this, 'Package', {
      path: RUNTIME_DIRECTORY,
      exclude: ['*', '!customer_data', '!customer_data/**', '__pycache__', '*.pyc'],
      ignoreMode: IgnoreMode.GIT,
    });
    const extraJars = props.extraJars ?? [];
    grantReadAssets(this.role, [script, runtime, ...extraJars]);
    const security = new SecurityConfiguration(this, 'Security', {
      cloudWatchEncryption: CloudWatchEncryption.kms(props.logKey),
      // No run keeps bookmarks; cdk-nag (AwsSolutions-GL3) asks every job for it.
      jobBookmarksEncryption: JobBookmarksEncryption.clientSideKms(props.logKey),
    });
    this.keepLogs(props.logKey, security.securityConfigurationName);
    this.job = new PySparkEtlJob(this, 'Job', {
      description: props.description,
      role: this.role,
      script: new AssetCode(script),
      extraPythonFiles: [new AssetCode(runtime)],
      glueVersion: GlueVersion.V5_1,
      workerConfiguration: { workerType: props.capacity.workerType, numberOfWorkers: props.capacity.maxWorkers },
      maxConcurrentRuns: props.capacity.maxConcurrentRuns,
      timeout: props.capacity.timeout,
      // The queue is SQS, and the notifier knows which files to repeat: Glue must neither hide a refusal nor repeat a run.
      jobRunQueuingEnabled: false,
      maxRetries: 0,
      continuousLogging: { enabled: true },
      securityConfiguration: security,
      connections: props.connections,
      extraJars: extraJars.length > 0 ? extraJars.map((jar) => new AssetCode(jar)) : undefined,
      defaultArguments: {
        '--enable-auto-scaling': 'true',
        '--custom-logGroup-prefix': this.logGroupPrefix,
        '--settings': Stack.of(this).toJsonString(props.settings(this.role)),
      },
    });
  }

  private keepLogs(key: IKey, securityConfigurationName: string): void {
    for (const name of ['output', 'error']) {
      new LogGroup(this, `${name}Logs`, {
        logGroupName: `${this.logGroupPrefix}/${name}`,
        encryptionKey: key,
        retention: LOG_RETENTION,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    }
    // A run with a security configuration may write to groups with the names of the role and of the configuration in
    // theirs, which it makes and encrypts (Glue API reference, JobRun.LogGroupName): of the prefix here or of Glue's own.
    const encrypted = `-${this.role.roleName}-${securityConfigurationName}`;
    Grant.addToPrincipal({
      grantee: this.role,
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:AssociateKmsKey'],
      resourceArns: [this.logGroupPrefix, `${this.logGroupPrefix}${encrypted}`, `${GLUE_LOG_GROUP_PREFIX}${encrypted}`].map((prefix) => Stack.of(this).formatArn({
        service: 'logs', resource: 'log-group', resourceName: `${prefix}/*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      })),
    });
    key.grantEncryptDecrypt(this.role);
  }

  private grantMetrics(): void {
    // '*': PutMetricData knows no resources; the condition is what narrows it (Service authorization reference).
    this.role.addToPrincipalPolicy(new PolicyStatement({
      actions: [WRITE_METRICS],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': [METRIC_NAMESPACE, GLUE_METRIC_NAMESPACE] } },
    }));
  }
}
