import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct, IDependable } from 'constructs';

/** The roles that DMS looks for in each account by these names, with the policies that it asks for (DMS user guide, "Creating the IAM roles to use with DMS"). */
const SERVICE_ROLES = {
  'dms-vpc-role': 'service-role/AmazonDMSVPCManagementRole',
  'dms-cloudwatch-logs-role': 'service-role/AmazonDMSCloudWatchLogsRole',
};

/** Makes the roles that DMS needs in an account, for its networks and its logs. */
export function newServiceRoles(scope: Construct): IDependable[] {
  return Object.entries(SERVICE_ROLES).map(([roleName, policy]) => new Role(scope, roleName, {
    roleName,
    assumedBy: new ServicePrincipal('dms.amazonaws.com'),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
  }));
}
