/** Namespace of every metric of the platform. */
export const METRIC_NAMESPACE = 'CustomerDataPlatform';

/** A dimension of every metric of the platform. */
export const PIPELINE_DIMENSION = 'Pipeline';

/** The other dimension of what is measured by data quality rule. */
export const RULE_DIMENSION = 'Rule';

/** What CloudWatch takes for a dimension's value (API reference, "Dimension"); the jobs do the same in `customer_data/quality/report/metrics.py`. */
export function dimensionValue(name: string): string {
  return name.replace(/[^\x20-\x7e]/gu, '_').trim().slice(0, 1024).replace(/^:/, '_');
}

/** Units of metrics, as CloudWatch names them. */
export type MetricUnit = 'Count' | 'Seconds';

/**
 * A log line that CloudWatch turns into metrics (CloudWatch user guide, "Embedded metric format"): no call, no
 * permission, nothing lost when the function is frozen.
 */
export function embeddedMetric(pipeline: string, name: string, value: number, unit: MetricUnit, at: Date): string {
  return JSON.stringify({
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [[PIPELINE_DIMENSION]],
        Metrics: [{ Name: name, Unit: unit }],
      }],
    },
    [PIPELINE_DIMENSION]: pipeline,
    [name]: value,
  });
}

/** Writes the metric to standard output as it is: `console.log` would put a time and a request id before it. */
export function emitMetric(pipeline: string, name: string, value: number, unit: MetricUnit = 'Count'): void {
  process.stdout.write(`${embeddedMetric(pipeline, name, value, unit, new Date())}\n`);
}
