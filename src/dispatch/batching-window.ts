import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Lambda user guide, CreateEventSourceMapping, MaximumBatchingWindowInSeconds. */
const LONGEST_WINDOW_SECONDS = 300;

/** The batching window, as Lambda allows it. */
export function checkedBatchingWindow(scope: Construct, batchingWindow: Duration = Duration.minutes(1), prop = 'batchingWindow'): Duration {
  if (!batchingWindow.isUnresolved()) {
    const seconds = batchingWindow.toSeconds({ integral: false });
    if (!Number.isInteger(seconds) || seconds > LONGEST_WINDOW_SECONDS) {
      throw new ConfigurationError(`${prop} is ${seconds} seconds, but whole seconds from 0 to ${LONGEST_WINDOW_SECONDS} are allowed; write for example Duration.minutes(5), which is the longest`, scope);
    }
  }
  return batchingWindow;
}
