#!/usr/bin/env bash
# aws-cdk-lib 2.270.0: the Step Functions task CallAwsService derives the IAM action from the SDK's name of the service. Where
# IAM calls the service otherwise, the state machine gets a right that does not exist, and fails at its first call.
# Neither synthesis nor its template validation says so.
#
# Seen: service 'redshiftdata' gives redshiftdata:executeStatement (IAM: redshift-data), 'databasemigration' gives
# databasemigration:startReplication (IAM: dms). `iamAction` is the remedy.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund aws-cdk-lib@2.270.0 constructs@10.5.1
node - <<'JAVASCRIPT'
const assert = require('node:assert');
const { App, Stack } = require('aws-cdk-lib');
const { Template } = require('aws-cdk-lib/assertions');
const { DefinitionBody, StateMachine } = require('aws-cdk-lib/aws-stepfunctions');
const { CallAwsService } = require('aws-cdk-lib/aws-stepfunctions-tasks');

const stack = new Stack(new App(), 'Stack');
const query = new CallAwsService(stack, 'Query', { service: 'redshiftdata', action: 'executeStatement', iamResources: ['*'] });
const start = new CallAwsService(stack, 'Start', { service: 'databasemigration', action: 'startReplication', iamResources: ['*'] });
new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(query.next(start)) });
const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
const seen = policy.Properties.PolicyDocument.Statement.map(({ Action }) => Action);
console.log(seen);
assert.deepStrictEqual(seen.flat(), ['redshiftdata:executeStatement', 'databasemigration:startReplication'], 'the behaviour has changed');
JAVASCRIPT
