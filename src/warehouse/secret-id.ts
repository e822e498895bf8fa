import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** A secret as the Data API takes it: by ARN or by name. One that was imported by its name has only part of an ARN. */
export function secretId(secret: ISecret): string {
  return secret.secretFullArn ?? secret.secretName;
}
