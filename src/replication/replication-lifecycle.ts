import { CustomResource, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { Grant, IRole, Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, IDependable } from 'constructs';
import { digest } from './digest';
import { DmsReplication } from './dms-replication';
import { LifecycleFunction } from './lifecycle-function';
import { DocumentPlace, StartProperties, StopProperties } from './lifecycle-properties';
import { connectionStatements, grantControl, grantStopEarlier } from './target-grants';
import { functionIdentity } from '../common/function-identity';
import { grantReadAndWriteObject, grantReadObject } from '../dispatch/bucket-grants';

/** CloudFormation waits an hour for a custom resource (CloudFormation user guide, "ServiceTimeout"), of which the last minutes are for the answer. */
const LONGEST_WAIT = Duration.minutes(55);

/** A table of DMS Serverless takes some minutes; a poll costs next to nothing. */
const POLL_EVERY = Duration.seconds(10);

/** Props of `ReplicationLifecycle`. */
export interface ReplicationLifecycleProps {
  readonly pipelineName: string;
  readonly dms: DmsReplication;
  /** Makes the tables before the replication starts. */
  readonly schemaJob: IJob;
  /** What that job depends on. */
  readonly schema: () => object;
  /** What a full load depends on. */
  readonly load: () => object;
  /** Values of what DMS uses that only the deployment knows. */
  readonly values: string[];
  readonly bucket: IBucket;
  readonly notes: DocumentPlace;
  readonly statistics: DocumentPlace;
  /** Key of the functions' logs. */
  readonly logKey: IKey;
  /** What has to be there before anything of DMS's is made. */
  readonly before: IDependable[];
  /** What has to be there before the replication starts. */
  readonly beforeStart: IDependable[];
}

/**
 * Starts the replication when the stack is deployed, and stops it before anything of it changes and before it is deleted: CloudFormation does neither,
 * and DMS lets nothing change while it runs.
 *
 * Two custom resources with one function: one that everything of DMS's depends on, and one that depends on it all.
 */
export class ReplicationLifecycle extends Construct {
  constructor(scope: Construct, id: string, props: ReplicationLifecycleProps) {
    super(scope, id);
    const { dms, notes } = props;
    const handler = this.newHandler(props);
    const provider = this.newProvider(handler, props);
    const stack = Stack.of(this);
    const common = {
      Replication: dms.target,
      // Known when all constructs are: aspects may still change resources.
      Definition: Lazy.string({ produce: () => digest(dms.resolvedDefinition()) }),
      Values: props.values,
      Notes: notes,
    };

    const stop = this.newResource('Stop', provider, { Action: 'stop', ...common } satisfies StopProperties);
    stop.node.addDependency(...props.before);
    dms.resources.forEach((resource) => resource.node.addDependency(stop));

    const start = this.newResource('Start', provider, {
      Action: 'start',
      ...common,
      Load: Lazy.string({ produce: () => digest(stack.resolve(props.load())) }),
      Statistics: props.statistics,
      SchemaJob: props.schemaJob.jobName,
      Schema: Lazy.string({ produce: () => digest(stack.resolve(props.schema())) }),
    } satisfies StartProperties);
    start.node.addDependency(...dms.resources, ...props.beforeStart, ...this.grantTests(handler.role!, dms));
  }

  private newHandler({ pipelineName, dms, schemaJob, bucket, notes, statistics, logKey }: ReplicationLifecycleProps): LifecycleFunction {
    const handler = new LifecycleFunction(this, 'Function', {
      ...functionIdentity(this, logKey),
      description: `Starts and stops the replication ${pipelineName} when it is deployed`,
      timeout: Duration.minutes(2),
      memorySize: 256,
    });
    grantControl(handler, dms.target, 'Start', 'Stop');
    // A deployment may make another one of it, and stops the one that was.
    grantStopEarlier(handler, dms.earlierArns);
    Grant.addToPrincipal({ grantee: handler, actions: ['glue:StartJobRun', 'glue:GetJobRuns'], resourceArns: [schemaJob.jobArn] });
    grantReadAndWriteObject(handler, bucket, notes.key);
    grantReadObject(handler, bucket, statistics.key);
    return handler;
  }

  /** A policy of its own: it names what is made after the first step, which needs the others. */
  private grantTests(role: IRole, { tested }: DmsReplication): Policy[] {
    return tested.length > 0 ? [new Policy(this, 'TestPolicy', { roles: [role], statements: connectionStatements(tested) })] : [];
  }

  private newProvider(handler: LifecycleFunction, { logKey }: ReplicationLifecycleProps): Provider {
    const framework = functionIdentity(new Construct(this, 'Framework'), logKey);
    // Another role: the first one starts the state machine that calls the functions of this one.
    const polling = new Role(this, 'PollingRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    framework.logGroup.grantWrite(polling);
    return new Provider(this, 'Provider', {
      onEventHandler: handler,
      isCompleteHandler: handler,
      queryInterval: POLL_EVERY,
      totalTimeout: LONGEST_WAIT,
      frameworkOnEventRole: framework.role,
      frameworkCompleteAndTimeoutRole: polling,
      logGroup: framework.logGroup,
      // The functions that it calls have logs.
      disableWaiterStateMachineLogging: true,
    });
  }

  private newResource(id: 'Stop' | 'Start', provider: Provider, properties: object): CustomResource {
    const resource = new CustomResource(this, id, {
      serviceToken: provider.serviceToken,
      resourceType: `Custom::Replication${id}`,
      serviceTimeout: Duration.hours(1),
      properties: { ...properties },
    });
    // The function works with these rights, so they must be there first and leave last.
    resource.node.addDependency(provider, ...['Function', 'Role', 'Framework', 'PollingRole'].map((child) => this.node.findChild(child)));
    return resource;
  }
}
