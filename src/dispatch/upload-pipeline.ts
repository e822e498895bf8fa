import { Token } from 'aws-cdk-lib';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { dimensionValue, RULE_DIMENSION } from './embedded-metrics';
import { FilePipeline } from './file-pipeline';
import { grantReplay, grantUpload } from './pipeline-grants';
import { pipelineMetric } from './pipeline-metric';
import { PipelineParts } from './pipeline-parts';
import { UploadPrefixes } from './pipeline-prefixes';
import { GRANTEE, METRIC_OPTIONS } from '../common/aws-kinds';
import { NAME } from '../common/kinds';
import { requireArguments } from '../common/require-kinds';
import { ConfigurationError } from '../errors';

/**
 * What the public constructs for files that people upload have in common, whose records are checked; jsii makes it part of each.
 *
 * @internal
 */
export abstract class UploadPipeline extends FilePipeline {
  /** @internal */
  protected abstract readonly _parts: PipelineParts<UploadPrefixes>;

  /**
   * Names of the pipeline's rules; undefined where only the job knows them.
   *
   * @internal
   */
  protected abstract readonly _ruleNames?: string[];

  /** Files that cannot be taken are moved here, with the reason beside each. */
  public get errorPrefix(): string {
    return this._parts.prefixes.written.errorPrefix;
  }

  /** Rejected records are kept here, with their reasons. */
  public get quarantinePrefix(): string {
    return this._parts.prefixes.written.quarantinePrefix;
  }

  /** Lets a grantee, which may be of another account, drop files under `prefix`, encrypted with the bucket's key if it has one. */
  public grantUpload(grantee: IGrantable): Grant {
    requireArguments('grantUpload', { grantee }, { grantee: GRANTEE });
    return grantUpload(grantee, this.bucket, this.prefix);
  }

  /**
   * Lets a grantee of this account give files and records another try: find and read those under `errorPrefix` and `quarantinePrefix`, put
   * corrected records in their place, put corrected files back under `prefix`, and start runs.
   */
  public grantReplay(grantee: IGrantable): Grant {
    requireArguments('grantReplay', { grantee }, { grantee: GRANTEE });
    return grantReplay(grantee, this.bucket, this._parts.prefixes).combine(this.grantStartRuns(grantee));
  }

  /** Records that were rejected, for any reason. */
  public metricRowsRejected(options?: MetricOptions): Metric {
    return this.metric('RowsRejected', options);
  }

  /** Records that passed with a warning: of those that broke a rule of the severity `WARNING` and no other. */
  public metricRowsWarned(options?: MetricOptions): Metric {
    return this.metric('RowsWarned', options);
  }

  /** Records with a quote in an unquoted field, which was read as it stands. */
  public metricRowsWithInnerQuotes(options?: MetricOptions): Metric {
    return this.metric('RowsWithInnerQuotes', options);
  }

  /**
   * Records that broke a data quality rule, warnings included.
   *
   * @param ruleName name of a rule of the pipeline
   * @param options statistic, period and more
   */
  public metricRowsBroken(ruleName: string, options?: MetricOptions): Metric {
    requireArguments('metricRowsBroken', { ruleName, options }, { ruleName: NAME, options: METRIC_OPTIONS });
    if (!Token.isUnresolved(ruleName) && this._ruleNames?.includes(ruleName) === false) {
      const allowed = this._ruleNames.length > 0 ? `one of its rules is allowed: ${this._ruleNames.join(', ')}` : 'it has no rules; add rules';
      throw new ConfigurationError(`ruleName of metricRowsBroken is '${ruleName}', which is no rule of the pipeline, but ${allowed}`, this);
    }
    return pipelineMetric(this.pipelineName, 'RowsBroken', options, { [RULE_DIMENSION]: dimensionValue(ruleName) });
  }

  /** Files moved to the error prefix. */
  public metricFilesFailed(options?: MetricOptions): Metric {
    return this.metric('FilesFailed', options);
  }
}
