/** Where a region's console is. */
export function consoleUrl(region: string): string {
  if (region.startsWith('cn-')) {
    return `https://${region}.console.amazonaws.cn`;
  }
  return `https://${region}.console.${region.startsWith('us-gov-') ? 'amazonaws-us-gov' : 'aws.amazon'}.com`;
}

/** A run of a Glue job. */
export function glueRunUrl(region: string, jobName: string, runId: string): string {
  return `${consoleUrl(region)}/gluestudio/home?region=${region}#/job/${encodeURIComponent(jobName)}/run/${runId}`;
}

/** The log of a run of a Glue job, whose streams begin with its id. */
export function logUrl(region: string, logGroupName: string, runId: string): string {
  return `${logEventsUrl(region, logGroupName)}$3FlogStreamNameFilter$3D${runId}`;
}

/** An execution of a state machine. */
export function executionUrl(region: string, executionArn: string): string {
  return `${consoleUrl(region)}/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}

/** What an execution logged, by its name: its events are in streams with those of others. */
export function executionLogUrl(region: string, logGroupName: string, name: string): string {
  return `${logEventsUrl(region, logGroupName)}$3FfilterPattern$3D${cloudWatchEncoded(`"${name}"`)}`;
}

function logEventsUrl(region: string, logGroupName: string): string {
  return `${consoleUrl(region)}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${cloudWatchEncoded(logGroupName)}/log-events`;
}

/** The object that an `s3://` URL names, whose key is as it is, not encoded; undefined for another text. */
export function objectUrl(region: string, s3Url: string): string | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(s3Url) ?? [];
  return bucket && `${consoleUrl(region)}/s3/object/${bucket}?region=${region}&prefix=${encodeURIComponent(key)}`;
}

/** The CloudWatch console escapes twice, and writes the second escape's percent sign as a dollar. */
function cloudWatchEncoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}
