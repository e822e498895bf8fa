import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { IRedshiftWarehouse, RedshiftWarehouse, SchemaEvolvingCsvLoader, SchemaEvolvingCsvLoaderProps } from '../../src';

/** A stack whose template CDK does not validate: see template-validation.test.ts. */
export function newStack(app = new App(), id = 'Test'): Stack {
  return new Stack(app, id);
}

/** A warehouse that is there already, and so adds nothing to the template. */
export function newWarehouse(stack: Stack): IRedshiftWarehouse {
  return RedshiftWarehouse.fromServerlessWorkgroup(stack, 'Warehouse', {
    workgroupName: 'analytics',
    databaseName: 'customers',
    copyRole: Role.fromRoleName(stack, 'CopyRole', 'redshift-copy'),
  });
}

/** A loader of `crm.customers` in a stack of its own or the one given. */
export function newLoader(
  props: Partial<SchemaEvolvingCsvLoaderProps> = {},
  stack: Stack = newStack(),
  id = 'Customers',
): SchemaEvolvingCsvLoader {
  const known = props.warehouse ?? stack.node.tryFindChild('Warehouse') as unknown as IRedshiftWarehouse | undefined;
  return new SchemaEvolvingCsvLoader(stack, id, { warehouse: known ?? newWarehouse(stack), table: 'crm.customers', ...props });
}

/** The template of a loader's stack. */
export function templateOf(loader: SchemaEvolvingCsvLoader): Template {
  return Template.fromStack(Stack.of(loader));
}

/** Resources of a type whose logical id starts with a text. */
export function resources(template: Template, type: string, idStart = ''): Record<string, any>[] {
  return Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(idStart)).map(([, resource]) => resource);
}

/** The statements of the policies whose logical id contains a text. */
export function statementsOf(template: Template, idPart: string): Record<string, any>[] {
  return Object.entries(template.findResources('AWS::IAM::Policy', Match.anyValue()))
    .filter(([id]) => id.includes(idPart))
    .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement);
}

/** A settings JSON of a template, with each reference as its `${LogicalId}`. */
export function joined(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const intrinsic = value as Record<string, any>;
  if (intrinsic['Fn::Join']) {
    const [separator, parts] = intrinsic['Fn::Join'];
    return parts.map(joined).join(separator);
  }
  const reference = intrinsic.Ref ?? intrinsic['Fn::GetAtt']?.join('.') ?? intrinsic['Fn::Sub'] ?? JSON.stringify(value);
  return `\${${reference}}`;
}

/** Statements as `actions on resources (prefixes)`, names without their hashes; those that the warehouse adds left out. */
export function rightsOf(template: Template, policy: string): string[] {
  return statementsOf(template, policy)
    .filter(({ Action }) => !/redshift|secretsmanager/.test(JSON.stringify(Action)))
    .map(({ Action, Resource, Condition }) => {
      const targets = (Array.isArray(Resource) ? Resource : [Resource]).map((resource) => joined(resource).replace(/[0-9a-f]{64}/g, '<asset>').replace(/[0-9A-F]{8}(?=[.}])/g, ''));
      const prefixes = Condition?.StringLike?.['s3:prefix'];
      return `${[Action].flat().join(' ')} on ${targets.join(' ')}${prefixes ? ` (${[prefixes].flat().join(' ')})` : ''}`;
    });
}
