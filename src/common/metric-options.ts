import { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_OPTIONS } from './aws-kinds';
import { requireKind } from './require-kinds';

/** The options of a method, with its own defaults. Throws ConfigurationError for what is no options: a spread would take text for none. */
export function metricOptions(method: string, options: MetricOptions | undefined, defaults: MetricOptions): MetricOptions {
  requireKind(`options of ${method}`, options, METRIC_OPTIONS);
  return { ...defaults, ...options };
}
