import { Duration } from 'aws-cdk-lib';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE, PIPELINE_DIMENSION } from './embedded-metrics';

/** A metric of one pipeline: summed over 5 minutes unless overridden. */
export function pipelineMetric(
  pipelineName: string, metricName: string, options: MetricOptions = {}, dimensions: Record<string, string> = {},
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [PIPELINE_DIMENSION]: pipelineName, ...dimensions },
    statistic: Stats.SUM,
    period: Duration.minutes(5),
    ...options,
  });
}
