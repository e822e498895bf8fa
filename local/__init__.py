"""The local cloud: deploys a synthesized CDK app on this machine and runs what it deploys.

moto, in one process, is the control plane. What moto only records (Lambda functions, Glue runs, event delivery, IAM
permissions, half of CloudFormation) is completed here, one story a file, until the deployed code really runs.
"""
